import { expect, test } from '@jest/globals';
import { createCursor } from './cursor.ts';
import type { TokenPattern } from './token-pattern.ts';

const digits: TokenPattern<number> = { expression: /(\d+)/y, extract: ([text]) => Number(text) };
const letters: TokenPattern<string> = { expression: /[a-z]+/y, extract: ([text]) => text };

test('takes the first pattern that matches after space and moves to its end', () => {
  const cursor = createCursor('x \t\r\n12ab', 1);
  expect(cursor.take<number | string>([letters, digits])).toBe(12);
  expect(cursor.position()).toBe(7);
  expect(cursor.take([letters])).toBe('ab');
});

test('returns null and takes nothing when no pattern matches', () => {
  const cursor = createCursor('ab', 0);
  expect(cursor.take([digits])).toBeNull();
  expect(cursor.take([])).toBeNull();
  expect(cursor.take([letters])).toBe('ab');
});

test('takes a comma after space only', () => {
  const cursor = createCursor('1 ,2', 0);
  expect(cursor.takeComma()).toBe(false);
  expect(cursor.take([digits])).toBe(1);
  expect(cursor.takeComma()).toBe(true);
  expect(cursor.take([digits])).toBe(2);
  expect(cursor.takeComma()).toBe(false);
});
