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
])('reads the e-mail address of %j as %j', (ref, email) => {
  expect(references.email(ref)).toBe(email);
});

test.each(['9', 'jane@example.com', 'Zoë 7', 'x'.repeat(320), '𝒙'.repeat(320)])('accepts the reference %j', (ref) => {
  expect(references.problem(ref)).toBeNull();
});

test.each(['', ' ', 'x'.repeat(321), 'jane\u0000', '\njane', 'jane\u0085'])(
  'rejects the reference %j with a reason',
  (ref) => {
    expect(references.problem(ref)).toEqual(expect.any(String));
    expect(references.problem(ref)).not.toBe('');
  },
);

test.each([
  ['Jane@Example.com', 'jane@example.com', true],
  [' jane ', 'jane', true],
  ['9', ' 9', true],
  ['9', '09', false],
  ['jane', 'jane@example.com', false],
])('compares the references %j and %j as equal: %j', (left, right, equal) => {
  expect(references.canonical(left) === references.canonical(right)).toBe(equal);
});
