import { expect, test } from '@jest/globals';
import { memoryBound } from '../../src/cache/memory-bound.ts';

test.each([
  [300, 1000, 300],
  [333, 1000, 333],
  [334, 1000, 333],
  [900, 1000, 333],
])('of %i bytes configured, in a heap of %i, %i are used', (configured, heap, used) => {
  expect(memoryBound(configured, heap)).toBe(used);
});
