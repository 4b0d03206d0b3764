import { expect, test } from '@jest/globals';
import { createRecentKeys } from './recent-keys.ts';

test('a key is repeated from its second request on', () => {
  const keys = createRecentKeys(10_000);
  expect(keys.isRepeated('a')).toBe(false);
  keys.add('a');
  keys.add('b');
  expect(keys.isRepeated('a')).toBe(false);
  keys.add('a');
  expect([keys.isRepeated('a'), keys.isRepeated('b')]).toEqual([true, false]);
  keys.add('a');
  expect(keys.isRepeated('a')).toBe(true);
});

test('the least recently used keys are forgotten where the bytes do not suffice', () => {
  const keys = createRecentKeys(1000);
  keys.add('a');
  keys.add('b');
  // 101 bytes each: nine suffice.
  for (let nth = 0; nth < 8; nth += 1) keys.add(String(nth));
  keys.add('b');
  keys.add('a');
  expect([keys.isRepeated('a'), keys.isRepeated('b')]).toEqual([false, true]);
});

test('a key that is larger than all the bytes is never repeated', () => {
  const keys = createRecentKeys(1000);
  const key = 'x'.repeat(1000);
  keys.add(key);
  keys.add(key);
  expect(keys.isRepeated(key)).toBe(false);
});
