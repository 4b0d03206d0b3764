import { expect, test } from '@jest/globals';
import { tokenize } from './tokens.ts';

test('splits a text of up to 2¹⁴ tokens completely and rejects a longer one', () => {
  const text = `[ ${'0,'.repeat(2 ** 13 - 2)}0]`;
  const tokens = tokenize(text);
  expect(tokens?.length).toBe(2 ** 14);
  expect(tokens?.map((token) => token.text).join('') === text).toBe(true);
  expect(tokenize(`${text} `)).toBeNull();
});

test.each([
  ['plain', 'x'],
  ['escaped', '\\n'],
])('reads a string as long as the longest document that is learned: %s', (_title, filling) => {
  const text = `"${filling.repeat(2 ** 20 / filling.length)}"`;
  expect(tokenize(text)?.map(({ kind }) => kind)).toEqual(['string']);
});
