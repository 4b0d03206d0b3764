import { expect, test } from '@jest/globals';
import { references } from './references.ts';

test.each([
  ['Jane@example.com', 'Jane@example.com'],
  [' jane@example.com ', 'jane@example.com'],
  ['jane@example.com, joe', null],
  ['jane doe@example.com', null],
  ['jane@joe@example.com', null],
  ['@example.com', null],
  ['jane@', null],
  ['jane', null],
  ['9', null],
])('%j names the address %j', (ref, email) => {
  expect(references.email(ref)).toBe(email);
});
