import { expect, test } from '@jest/globals';
import { isTransient, RequestError } from './request-error.ts';

test.each([
  ['NETWORK_ERROR', null, true],
  ['OVERLOADED', 503, true],
  ['RATE_LIMITED', 429, true],
  ['BAD_RESPONSE', 502, true],
  ['BAD_RESPONSE', 200, false],
  ['INTERNAL_SERVER_ERROR', 500, false],
  ['UNAUTHENTICATED', 401, false],
  ['QUERY_TOO_COMPLEX', 400, false],
])('%s with status %s passes by itself: %s', (code, status, expected) => {
  expect(isTransient(new RequestError('', code, { status }))).toBe(expected);
});
