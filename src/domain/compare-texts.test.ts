import { expect, test } from '@jest/globals';
import { compareTexts } from './compare-texts.ts';

test('orders texts by code units, whatever the locale is', () => {
  expect(['ä', 'b', 'B', 'a', '', 'a'].sort(compareTexts)).toEqual(['', 'B', 'a', 'a', 'b', 'ä']);
  expect(compareTexts('a', 'a')).toBe(0);
});
