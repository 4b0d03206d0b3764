import { expect, test } from '@jest/globals';
import { describeInteraction, describeTrouble, toFinerLabel } from './words.ts';

test.each([
  ['PHONE', 'INBOUND', 'inbound call'],
  ['EMAIL', null, 'e-mail'],
  [null, null, 'interaction'],
] as const)('an interaction of type %s and direction %s is an %s', (type, direction, words) => {
  expect(describeInteraction(type, direction)).toBe(words);
});

test.each([
  ['BUSY', null],
  [null, null],
  ['Login Prep', 'Login Prep'],
  ['LUNCH', 'Lunch'],
])('the finer name of BUSY with label %s is %s', (label, finer) => {
  expect(toFinerLabel(label, 'BUSY')).toBe(finer);
});

test('a trouble names the account, what it means and the reason', () => {
  expect(describeTrouble({ account: 'kore-main', outcome: 'STALE', reason: 'status_503' })).toBe(
    'kore-main shows older data: status 503',
  );
});
