import { expect, test } from '@jest/globals';
import { formatCacheControl } from './max-age.ts';

test.each([
  [null, 1],
  [-5, 1],
  [0, 1],
  [1000, 1],
  [1001, 2],
  [14_999.5, 15],
])('a part that has %s ms left gives a max-age of %i s', (msLeft, seconds) => {
  expect(formatCacheControl(msLeft)).toBe(`private, max-age=${seconds}`);
});
