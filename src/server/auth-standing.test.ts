import { expect, test } from '@jest/globals';
import { anonymousCaller } from '../request/caller.ts';
import { findStreamEnd, isUnexpired } from './auth-standing.ts';

test('ends streams of callers that are no longer what they were', () => {
  expect((['valid', 'changed', 'revoked'] as const).map(findStreamEnd)).toEqual([null, 'restart', 'unauthenticated']);
});

test('compares the time at which credentials end, where there is one', () => {
  const clock = { now: () => 1000 };
  const isValid = (expiresAt?: number) =>
    isUnexpired({ ...anonymousCaller, ...(expiresAt !== undefined && { expiresAt }) }, clock);
  expect([isValid(), isValid(1001), isValid(1000)]).toEqual([true, true, false]);
});
