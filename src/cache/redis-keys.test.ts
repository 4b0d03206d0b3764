import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunk, redisKey } from './redis-keys.ts';

test.each([
  [0, []],
  [1, [1]],
  [2000, [2000]],
  [2001, [2000, 1]],
  [124_000, Array<number>(62).fill(2000)],
])('splits %i keys into chunks of %j', (count, lengths) => {
  expect(chunk(Array.from({ length: count })).map(({ length }) => length)).toEqual(lengths);
});

test('returns chunks that concatenate to the list', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (count) => {
      const list = Array.from({ length: count }, (_, index) => index);
      expect(chunk(list).flat()).toEqual(list);
    }),
    { numRuns: 20 },
  );
});

describe('names of keys', () => {
  const entryId = (account: string, key: string) =>
    JSON.stringify(['KORE', account, '[["botId","\\"1"]]', 'sessions', 1, key]);
  const tagOf = (name: string) => /\{(.+)\}/.exec(name)?.[1];

  test('carry the same hash tag for all ids of an account, and another one for another account', () => {
    const [a, b, other] = [entryId('a', '1'), entryId('a', '2'), entryId('b', '1')].map((id) => redisKey('entry', id));
    expect(tagOf(a ?? '')).toBe(tagOf(b ?? ''));
    expect(tagOf(other ?? '')).not.toBe(tagOf(a ?? ''));
    expect(a).not.toBe(b);
  });

  test('are different for different ids', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(redisKey('entry', a) === redisKey('entry', b)).toBe(a === b);
      }),
    );
  });
});
