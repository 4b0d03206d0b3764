import { expect, test } from '@jest/globals';
import { describeCalls, describeInteraction, describeTrouble, formatVendor, toFinerLabel } from './words.ts';

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

test.each([
  [0, null, '0 calls a minute'],
  [1, 160, '1 call a minute, 159 left'],
  [12, 10, '12 calls a minute, 0 left'],
])('%s calls of a quota of %s are shown as: %s', (calls, quota, words) => {
  expect(describeCalls(calls, quota)).toBe(words);
});

test('writes vendors as they do', () => {
  expect(['AVAAMO', 'KORE', 'LIVEPERSON', 'VONAGE'].map(formatVendor)).toEqual([
    'Avaamo',
    'Kore.ai',
    'LivePerson',
    'Vonage',
  ]);
});
