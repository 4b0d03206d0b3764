import { expect, test } from '@jest/globals';
import { maxCacheBytes, maxObjectTextBytes } from './heap-shares.ts';

test.each([
  [150, 1000, 150],
  [166, 1000, 166],
  [167, 1000, 166],
  [900, 1000, 166],
])('bounds %i configured bytes of the cache in a heap of %i to %i', (configured, heap, used) => {
  expect(maxCacheBytes(configured, heap)).toBe(used);
});

test.each([
  [83, 1000, 83],
  [84, 1000, 83],
  [0, 1000, 0],
])('bounds %i configured bytes of texts in a heap of %i to %i', (configured, heap, used) => {
  expect(maxObjectTextBytes(configured, heap)).toBe(used);
});
