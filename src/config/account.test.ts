import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';

function withSetting(setting: string) {
  return `accounts: [{ ${MAIL_ACCOUNT}, ${setting} }]`;
}

test('an account has the documented defaults', () => {
  const [account] = loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT} }]`).accounts;
  expect(account).toMatchObject({
    timeoutMs: 8000,
    concurrency: 8,
    maxQueued: 2500,
    maxRetries: 2,
    circuitBreaker: true,
    honorRetryAfter: true,
  });
  expect(account?.requestsPerMinute).toBeUndefined();
});

test.each([
  ['timeoutMs: 0', 'timeoutMs: must be at least 1'],
  ['timeoutMs: 600001', 'timeoutMs: must be at most 600000'],
  ['concurrency: 0', 'concurrency: must be at least 1'],
  ['maxQueued: -1', 'maxQueued: must be at least 0'],
  ['maxRetries: 6', 'maxRetries: must be at most 5'],
  ['requestsPerMinute: 0', 'requestsPerMinute: must be at least 1'],
  ['circuitBreaker: 1', 'circuitBreaker: must be true or false'],
  ['honorRetryAfter: 1', 'honorRetryAfter: must be true or false'],
])('rejects the account setting %s', (setting, message) => {
  expect(errorLines(withSetting(setting))).toEqual([expect.stringContaining(`accounts[0].${message}`)]);
});

test.each(['queue: 1', 'retries: 1', 'breaker: true', 'rateGate: true'])('rejects the former key %s', (setting) => {
  expect(errorLines(withSetting(setting))).toEqual([expect.stringContaining('is not a known key')]);
});

test.each(['a', 'kore-main', 'A.b_c-1', 'x'.repeat(63)])('accepts the account name %s', (name) => {
  expect(errorLines(`accounts: [{ ${MAIL_ACCOUNT.replace('name: mail', `name: ${name}`)} }]`)).toEqual([]);
});

test.each(['""', '-a', 'a b', 'a/b', 'x'.repeat(64)])('rejects the account name %s', (name) => {
  expect(errorLines(`accounts: [{ ${MAIL_ACCOUNT.replace('name: mail', `name: ${name}`)} }]`)).toEqual([
    expect.stringContaining('accounts[0].name: must be 1 to 63 letters, digits, dots, dashes or underscores'),
  ]);
});
