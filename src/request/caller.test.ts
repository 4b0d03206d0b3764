import { expect, test } from '@jest/globals';
import { anonymousCaller, canAccess } from './caller.ts';

test('canAccess grants every account to a caller without an account list, and none to a caller with an empty one', () => {
  expect(canAccess(anonymousCaller, 'lp')).toBe(true);
  expect(canAccess({ ...anonymousCaller, accounts: new Set() }, 'lp')).toBe(false);
});
