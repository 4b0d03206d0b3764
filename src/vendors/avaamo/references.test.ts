import { expect, test } from '@jest/globals';
import { references } from './references.ts';

test.each(['1', '2041', '9223372036854775807'])('%j is the number of a bot, and nothing else', (ref) => {
  expect(references.problem(ref)).toBeNull();
  expect(references.canonical(ref)).toBe(ref);
  expect(references.email(ref)).toBeNull();
});

test.each(['', '0', '02041', '-1', '20.5', 'x2041', '2041x', '2041\n', '92233720368547758070'])(
  '%j is none, and a sentence says why',
  (ref) => {
    expect(references.problem(ref)).toMatch(/^must .{3,}/);
  },
);
