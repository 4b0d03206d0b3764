import { expect, test } from '@jest/globals';
import { createCaller, vendorError } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import type { FetchContext } from './cache.ts';
import { toBatchFetch } from './each-fetch.ts';

const { context: caller } = createCaller();
const context: FetchContext<string> = {
  ...caller,
  forKeys: ([key]) => ({ ...caller, fairnessKey: ['', key ?? ''] }),
};

test('calls once for each key in the context of its own, and reports each outcome', async () => {
  const failure = vendorError();
  const reported: unknown[] = [];
  const fetch = toBatchFetch((key: string, { fairnessKey }) =>
    key === 'b' ? Promise.reject(failure) : Promise.resolve({ value: fairnessKey?.[1], ttlSeconds: 1 }),
  );
  const outcomes = await fetch(['a', 'b'], context, (...outcome) => reported.push(outcome));
  expect(outcomes).toEqual([{ value: 'a', ttlSeconds: 1 }, failure]);
  expect(reported).toEqual([
    ['a', { value: 'a', ttlSeconds: 1 }],
    ['b', failure],
  ]);
});

test('throws an unexpected error once the other keys are reported', async () => {
  const bug = new TypeError('a bug');
  const reported: string[] = [];
  const fetch = toBatchFetch(async (key: string) => {
    if (key === 'a') throw bug;
    await Promise.resolve();
    return { value: key, ttlSeconds: 1 };
  });
  expect(await rejectionOf(fetch(['a', 'b'], context, (key) => reported.push(key)))).toBe(bug);
  expect(reported).toEqual(['b']);
});
