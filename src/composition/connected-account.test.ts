import { expect, test } from '@jest/globals';
import { setUpAccounts } from '../../test/support/account-pool-harness.ts';

test('connects an account by the settings of its vendor, with its own health and discovery', () => {
  const [account] = setUpAccounts().connect([{ name: 'a', accessToken: 'one', requestsPerMinute: 3 }]).accounts;
  expect(account?.adapter.account).toEqual({ name: 'a', vendor: 'AVAAMO', requestsPerMinute: 3 });
  expect(account?.health.get('a').state).toBe('UNKNOWN');
});

test('reads nothing that another vendor account of the same name has cached', async () => {
  const { connect, clock } = setUpAccounts();
  const namespace = {
    endpoint: 'x',
    version: 1,
    keyParts: () => ['key'],
    isValid: (value: unknown): value is string => !!value,
  };
  const read = async (accessToken: string) => {
    const [account] = connect([{ name: 'a', accessToken }]).accounts;
    const [stored] = (await account?.cache.peek(namespace, [null])) ?? [];
    if (!stored)
      await account?.cache.primeMany(namespace, [[null, { value: accessToken, ttlSeconds: 60 }]], clock.now());
    return stored?.value;
  };
  expect([await read('one'), await read('two')]).toEqual([undefined, undefined]);
  expect([await read('one'), await read('two')]).toEqual(['one', 'two']);
});
