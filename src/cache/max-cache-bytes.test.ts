import { expect, test } from '@jest/globals';
import { maxCacheBytes } from './max-cache-bytes.ts';

test.each([
  [300, 1000, 300],
  [333, 1000, 333],
  [334, 1000, 333],
  [900, 1000, 333],
])('of %i bytes configured, in a heap of %i, %i are used', (configured, heap, used) => {
  expect(maxCacheBytes(configured, heap)).toBe(used);
});
