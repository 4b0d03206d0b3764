import { expect, test } from '@jest/globals';
import { references } from './references.ts';

test.each(['1', '2041', '9223372036854775807'])('accepts %j as a bot number, which is not an e-mail address', (ref) => {
  expect(references.problem(ref)).toBeNull();
  expect(references.canonical(ref)).toBe(ref);
  expect(references.email(ref)).toBeNull();
});

test.each(['', '0', '02041', '-1', '20.5', 'x2041', '2041x', '2041\n', '92233720368547758070'])(
  'rejects %j as a bot number, with a reason',
  (ref) => {
    expect(references.problem(ref)).toMatch(/^must .{3,}/);
  },
);
