import { expect, test } from '@jest/globals';
import { createRecentTexts } from './recent-texts.ts';

test('remembers the last texts, up to twice as many as it must', () => {
  const hasBeenSeen = createRecentTexts(3);
  const see = (...hashes: readonly string[]) => hashes.map(hasBeenSeen);
  expect(see('a', 'b', 'c', 'a')).toEqual([false, false, false, true]);
  // At least three others.
  expect(see('d', 'e', 'a')).toEqual([false, false, true]);
  expect(see('f', 'g', 'a')).toEqual([false, false, false]);
  expect(see('g', 'f')).toEqual([true, true]);
});
