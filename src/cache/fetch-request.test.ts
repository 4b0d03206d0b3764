import { expect, test } from '@jest/globals';
import { ACCOUNT, createCaller, namespace, unexpectedFetch } from '../../test/support/cache-harness.ts';
import { abortErrorFor, pick, withControl } from './fetch-request.ts';
import type { FetchControl } from './shared-fetch.ts';

const request = {
  namespace,
  keys: new Map([
    ['id a', 'a'],
    ['id b', 'b'],
  ]),
  context: createCaller().context,
  fetch: unexpectedFetch,
  isEach: false,
};

test('a running request lasts as long as its waiters want any of its keys', () => {
  const { signal } = new AbortController();
  const control = { signal, waitUntilMs: (ids: readonly string[]) => ids.length } as unknown as FetchControl;
  const { context } = withControl(request, control);
  expect([context.signal, context.waitUntilMs?.()]).toEqual([signal, 2]);
});

test('some keys of a request keep their ids', () => {
  expect([...pick(request.keys, ['id b'])]).toEqual([['id b', 'b']]);
});

test('the error of a request that all waiters have left names its account and endpoint', () => {
  const { vendor, name: account } = ACCOUNT;
  const { endpoint } = namespace;
  expect(abortErrorFor(ACCOUNT, request)()).toMatchObject({ vendor, account, endpoint, reason: 'cancelled' });
});
