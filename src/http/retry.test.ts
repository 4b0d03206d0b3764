import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { ACCOUNT, createRequest } from '../../test/support/http-harness.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { DebugLog } from './ports.ts';
import { vendorError } from './response.ts';
import { createRetryPolicy } from './retry.ts';
import type { VendorRequest } from './types.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

const GET = createRequest('http://vendor.example/');
const POST = createRequest('http://vendor.example/', { method: 'POST' });
function unavailableError(retryAfterSeconds?: number) {
  return vendorError(TARGET, 'VENDOR_UNAVAILABLE', {
    status: 503,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function createTestPolicy(log?: DebugLog) {
  const reported: string[] = [];
  const retry = createRetryPolicy({
    account: ACCOUNT,
    maxRetries: 2,
    clock: manualClock(),
    random: () => 0.5,
    log,
    metrics: {
      ...createMetrics(),
      vendorRetry: (account, reason) => reported.push(`${account} retry: ${reason}`),
      vendorRetryDenied: (account, reason) => reported.push(`${account} denied: ${reason}`),
    },
  });
  return { retry, reported };
}

test.each<[string, VendorRequest, VendorError, number, number | null, string[]]>([
  ['after 100 ms for a GET', GET, unavailableError(), 1, 100, ['kore-main retry: status_5xx']],
  ['after 200 ms for a second retry', GET, unavailableError(), 2, 200, ['kore-main retry: status_5xx']],
  ['never beyond maxRetries', GET, unavailableError(), 3, null, []],
  ['after the vendor’s Retry-After', GET, unavailableError(2), 1, 2000, ['kore-main retry: status_5xx']],
  [
    'never when Retry-After exceeds the maximum wait',
    GET,
    unavailableError(3),
    1,
    null,
    ['kore-main denied: retry_after'],
  ],
  ['never for a POST', POST, unavailableError(), 1, null, ['kore-main denied: not_idempotent']],
  [
    'after 100 ms for an idempotent POST',
    { ...POST, idempotent: true },
    unavailableError(),
    1,
    100,
    ['kore-main retry: status_5xx'],
  ],
  [
    'never for a GET that is not idempotent',
    { ...GET, idempotent: false },
    unavailableError(),
    1,
    null,
    ['kore-main denied: not_idempotent'],
  ],
  ['never for a permanent error', GET, vendorError(TARGET, 'VENDOR_REJECTED', { status: 400 }), 1, null, []],
])('retries %s', (_name, request, error, failedAttempts, delayMs, expectedMetrics) => {
  const { retry, reported } = createTestPolicy();
  expect(retry.delayMs(request, error, failedAttempts)).toBe(delayMs);
  expect(reported).toEqual(expectedMetrics);
});

test('spends no retry budget on a retry denied for another reason', () => {
  const { retry, reported } = createTestPolicy();
  for (let i = 0; i < 10; i += 1) retry.delayMs(POST, unavailableError(), 1);
  for (let i = 0; i < 10; i += 1) retry.delayMs(GET, unavailableError(60), 1);
  reported.splice(0);
  for (let i = 0; i < 2; i += 1) retry.delayMs(GET, unavailableError(), 1);
  expect(reported).toEqual(['kore-main retry: status_5xx', 'kore-main denied: budget']);
});

test('sends a request again at once twice after a stale connection, if it is idempotent, without retry budget', () => {
  const { retry, reported } = createTestPolicy();
  const error = vendorError(TARGET, 'VENDOR_UNAVAILABLE', { reason: 'stale_connection' });
  expect([0, 1, 2].map((resends) => retry.canResend(GET, error, resends))).toEqual([true, true, false]);
  expect(retry.canResend(POST, error, 0)).toBe(false);
  expect(retry.canResend({ ...POST, idempotent: true }, error, 0)).toBe(true);
  expect(retry.canResend(GET, unavailableError(), 0)).toBe(false);
  expect(retry.delayMs(GET, error, 1)).toBe(100);
  expect(reported).toEqual([...Array.from({ length: 4 }, () => 'kore-main retry: stale_connection')]);
});

test('logs each retry with its delay, and each denied retry with the denial, at debug level', () => {
  const lines: unknown[] = [];
  const { retry } = createTestPolicy((fields) => lines.push(fields));
  retry.delayMs(GET, unavailableError(), 1);
  retry.delayMs(POST, unavailableError(), 1);
  expect(lines).toMatchObject([
    { account: 'kore-main', reason: 'status_5xx', failedAttempts: 1, delayMs: 100 },
    { account: 'kore-main', reason: 'status_5xx', denial: 'not_idempotent' },
  ]);
});
