import { expect, test } from '@jest/globals';
import { createRecentTexts } from './recent-texts.ts';

test('remembers the last texts, up to twice as many characters as it must', () => {
  const hasBeenSeen = createRecentTexts(3);
  const see = (...texts: readonly string[]) => texts.map(hasBeenSeen);
  expect(see('a', 'b', 'c', 'a')).toEqual([false, false, false, true]);
  // At least three others.
  expect(see('d', 'e', 'a')).toEqual([false, false, true]);
  expect(see('f', 'g', 'a')).toEqual([false, false, false]);
  expect(see('g', 'f')).toEqual([true, true]);
});

test('remembers fewer texts that are longer', () => {
  const hasBeenSeen = createRecentTexts(6);
  const see = (...texts: readonly string[]) => texts.map(hasBeenSeen);
  expect(see('abc', 'def', 'abc')).toEqual([false, false, true]);
  expect(see('ghi', 'jkl', 'mno', 'abc')).toEqual([false, false, false, false]);
});
