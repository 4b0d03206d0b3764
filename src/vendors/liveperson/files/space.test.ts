import { expect, test } from '@jest/globals';
import { isSpace, skipSpace } from './space.ts';

test('skips whitespace and the bytes of a byte order mark', () => {
  expect(skipSpace('a \t\r\n\xEF\xBB\xBFb', 1)).toBe(8);
  expect(skipSpace('a  ', 1)).toBe(3);
  expect(skipSpace('ab', 1)).toBe(1);
});

test('counts no other character as space', () => {
  expect(['\u00A0', '\u000B', '{', ''].map((text) => isSpace(text.charCodeAt(0)))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
