import { describe, expect, test } from '@jest/globals';
import { references } from './references.ts';

describe('a Kore reference', () => {
  test.each([
    'jane@example.com',
    'o’neil+x@example.com',
    'u-388b2b2a-264d-511d-918e-f746e5e10000',
    '7',
    'x'.repeat(320),
    `${'x'.repeat(308)}@example.com`,
  ])('may be %j', (ref) => {
    expect(references.problem(ref)).toBeNull();
  });

  test.each([
    '',
    ' ',
    'jane doe',
    ' u-1',
    'u-1 ',
    'u-1\n',
    'jane\u0000@example.com',
    '\u0085u-1',
    '@',
    'jane@',
    '@example.com',
    'jane@doe@example.com',
    'jane@example.com@',
    'x'.repeat(321),
  ])('cannot be %j, with a reason', (ref) => {
    expect(references.problem(ref)).toEqual(expect.stringMatching(/./));
  });

  test.each([
    ['Jane@Example.com', 'jane@example.COM', true],
    [' jane@example.com ', 'jane@example.com', true],
    [' u-1 ', 'u-1', true],
    ['u-A', 'u-a', false],
    ['jane@example.com', 'jane', false],
  ])('%j and %j mean the same agent: %s', (one, other, same) => {
    expect(references.canonical(one) === references.canonical(other)).toBe(same);
  });

  test('distinguishes an e-mail address from a userId', () => {
    expect(references.email('Jane@example.com')).toBe('Jane@example.com');
    expect(references.email('u-1')).toBeNull();
  });
});
