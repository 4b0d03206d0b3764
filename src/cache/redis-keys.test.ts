import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunk } from './redis-keys.ts';

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
