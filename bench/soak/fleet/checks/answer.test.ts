import { expect, test } from '@jest/globals';
import { type Answer, checkAnswer, checkSources } from './answer.ts';
import { contextWith, toAnswer } from './truthful-answers.ts';

function findIn(changes: Partial<Answer<unknown>>, failing: readonly string[] = []): readonly string[] {
  return checkAnswer(toAnswer({}, changes), contextWith(failing)).map(({ check }) => check);
}
const vendorError = { message: 'down', extensions: { code: 'VENDOR_UNAVAILABLE', account: 'vcc' } };

test('accepts an answer, and the error of a vendor that fails', () => {
  expect(findIn({})).toEqual([]);
  expect(findIn({ errors: [vendorError] }, ['vcc'])).toEqual([]);
});

test.each<[string, Partial<Answer<unknown>>]>([
  ['HTTP status', { status: 500 }],
  ['no data', { data: null }],
  ['max-age', { maxAge: 0 }],
  ['max-age', { maxAge: null }],
  ['error without a code', { errors: [{ message: 'x' }] }],
  ['error that is not a vendor’s', { errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }],
  ['vendor error without an account', { errors: [{ message: 'x', extensions: { code: 'VENDOR_TIMEOUT' } }] }],
  ['error of a healthy vendor', { errors: [vendorError] }],
  ['secret in an answer', { text: 'Bearer a-vendor-secret' }],
  ['markup or stack in an answer', { text: '<HTML><body>502' }],
  ['markup or stack in an answer', { text: 'Error\n    at load (/srv/src/cache.ts:12:3)' }],
])('finds a planted violation: %s', (check, changes) => {
  expect(findIn(changes, ['kore-main'])).toEqual([check]);
});

const stale = { account: { name: 'vcc' }, outcome: 'STALE', error: { code: 'VENDOR_TIMEOUT', reason: null } };

test('accepts a source that is not OK only while its vendor fails', () => {
  const field = { complete: false, sources: [stale] };
  const checks = (failing: readonly string[]) =>
    checkSources('x', field, toAnswer({}), contextWith(failing)).map(({ check }) => check);
  expect(checks(['vcc'])).toEqual([]);
  expect(checks(['lp'])).toEqual(['source of a healthy vendor is not OK']);
});

test.each([
  [true, [stale]],
  [false, [{ ...stale, outcome: 'OK' }]],
])('finds complete: %p to contradict the sources', (complete, sources) => {
  const findings = checkSources('x', { complete, sources }, toAnswer({}), contextWith(['vcc']));
  expect(findings.map(({ check }) => check)).toEqual(['complete contradicts the sources']);
});
