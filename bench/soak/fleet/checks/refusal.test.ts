import { expect, test } from '@jest/globals';
import { checkRefusal, checkRefusedShare, isRefusal, type Refusal } from './refusal.ts';

const error = { message: 'overloaded', extensions: { code: 'OVERLOADED' } };
const REFUSAL: Refusal = { status: 503, retryAfter: '1', data: null, errors: [error] };

test('recognises a refusal, and accepts one that says when to ask again', () => {
  expect(isRefusal([error])).toBe(true);
  expect(isRefusal([{ message: 'down', extensions: { code: 'VENDOR_TIMEOUT' } }])).toBe(false);
  expect(checkRefusal(REFUSAL)).toEqual([]);
});

test.each<[string, Partial<Refusal>]>([
  ['refusal with another status than 503', { status: 200 }],
  ['refusal without Retry-After', { retryAfter: null }],
  ['refusal without Retry-After', { retryAfter: '0' }],
  ['refusal with more than its error', { data: {} }],
  ['refusal with more than its error', { errors: [error, error] }],
])('finds a planted violation: %s', (check, changes) => {
  expect(checkRefusal({ ...REFUSAL, ...changes }).map((finding) => finding.check)).toEqual([check]);
});

test.each([
  [0, 0, []],
  [50, 201, []],
  [51, 201, ['most requests refused']],
  [1, 200, ['refusals without a late event loop']],
])('%i refusals of 100 requests with an event loop %i ms late: finds %j', (refused, loopMaxMs, checks) => {
  const findings = checkRefusedShare({ requests: 100, refused }, loopMaxMs);
  expect(findings.map(({ check }) => check)).toEqual(checks);
});
