import { describe, expect, test } from '@jest/globals';
import { type AccountSettings, setUpAccounts } from '../../test/support/account-pool-harness.ts';

const A: AccountSettings = { name: 'a', accessToken: 'one' };
const B: AccountSettings = { name: 'b', accessToken: 'one' };

describe('the accounts of a configuration', () => {
  test('are connected once as long as their settings are the same', () => {
    const { connect } = setUpAccounts();
    const [first, second] = [connect([A, B]), connect([B, { ...A }])];
    expect(first.changes).toEqual({ added: ['a', 'b'], changed: [], removed: [] });
    expect(second.changes).toEqual({ added: [], changed: [], removed: [] });
    expect(second.accounts).toEqual([first.accounts[1], first.accounts[0]]);
    expect(second.accounts[0]).toBe(first.accounts[1]);
  });

  test.each([
    ['a secret', [{ ...A, accessToken: 'two' }], {}],
    ['a limit', [{ ...A, requestsPerMinute: 3 }], {}],
    ['a TTL of all', [A], { cache: { ttl: { usageLive: 1 } } }],
    ['whether reads are synchronous', [A], { performance: { synchronousReads: false } }],
  ] as const)('are connected again where %s has changed', (_what, accounts, settings) => {
    const { connect } = setUpAccounts();
    const first = connect([A]);
    const second = connect(accounts, settings);
    expect(second.changes).toEqual({ added: [], changed: ['a'], removed: [] });
    expect(second.accounts[0]).not.toBe(first.accounts[0]);
  });

  test('stay connected until no configuration has them, and then release their connections', () => {
    const { connect, released, connectedNames } = setUpAccounts();
    const [first, second] = [connect([A, B]), connect([A])];
    expect(connectedNames()).toEqual(['a', 'b']);
    first.release();
    expect(released).toEqual(['b']);
    expect(connectedNames()).toEqual(['a']);
    second.release();
    expect(released).toEqual(['b', 'a']);
    expect(connectedNames()).toEqual([]);
  });

  test('are the same again where a change is taken back while requests of before are in flight', () => {
    const { connect, released } = setUpAccounts();
    const [first, second] = [connect([A]), connect([{ ...A, accessToken: 'two' }])];
    const third = connect([A]);
    expect(third.accounts[0]).toBe(first.accounts[0]);
    for (const set of [first, second]) set.release();
    expect(released).toEqual(['a']);
    expect(third.accounts[0]?.config.name).toBe('a');
  });
});

test('exports the quota of what a name stands for now', async () => {
  const { connect, quotas } = setUpAccounts();
  const first = connect([{ ...A, requestsPerMinute: 3 }]);
  expect(await quotas()).toEqual(['{account="a"} 3']);
  const second = connect([{ ...A, requestsPerMinute: 4 }]);
  first.release();
  expect(await quotas()).toEqual(['{account="a"} 4']);
  connect([{ ...A, requestsPerMinute: 3 }]);
  expect(await quotas()).toEqual(['{account="a"} 3']);
  second.release();
  const none = connect([]);
  expect(none.changes.removed).toEqual(['a']);
});
