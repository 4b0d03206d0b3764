import { expect, test } from '@jest/globals';
import type { VendorError } from '../domain/vendor-error.ts';
import type { VendorRequest } from './types.ts';
import { vendorError } from './response.ts';
import { createRetryPolicy } from './retry.ts';
import { createMetrics } from '../observability/metrics.ts';
import { manualClock } from '../../test/support/clock.ts';
import { ACCOUNT, createRequest } from '../../test/support/http-harness.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

const GET = createRequest('http://vendor.example/');
const POST = createRequest('http://vendor.example/', { method: 'POST' });
const unavailableError = (retryAfterSeconds?: number) =>
  vendorError(TARGET, 'VENDOR_UNAVAILABLE', {
    status: 503,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });

function createTestPolicy() {
  const reported: string[] = [];
  const retry = createRetryPolicy({
    account: ACCOUNT,
    maxRetries: 2,
    clock: manualClock(),
    random: () => 0.5,
    metrics: {
      ...createMetrics(),
      vendorRetry: (account, reason) => reported.push(`${account} again: ${reason}`),
      vendorRetryDenied: (account, why) => reported.push(`${account} denied: ${why}`),
    },
  });
  return { retry, told: reported };
}

test.each<[string, VendorRequest, VendorError, number, number | null, string[]]>([
  ['a GET', GET, unavailableError(), 1, 100, ['kore-main again: status_5xx']],
  ['a GET, the second time', GET, unavailableError(), 2, 200, ['kore-main again: status_5xx']],
  ['more often than is configured', GET, unavailableError(), 3, null, []],
  ['as soon as the vendor says', GET, unavailableError(2), 1, 2000, ['kore-main again: status_5xx']],
  ['later than anybody waits', GET, unavailableError(3), 1, null, ['kore-main denied: retry_after']],
  ['a POST', POST, unavailableError(), 1, null, ['kore-main denied: not_idempotent']],
  [
    'a POST that does no harm',
    { ...POST, idempotent: true },
    unavailableError(),
    1,
    100,
    ['kore-main again: status_5xx'],
  ],
  [
    'a GET that does harm',
    { ...GET, idempotent: false },
    unavailableError(),
    1,
    null,
    ['kore-main denied: not_idempotent'],
  ],
  ['what will not pass', GET, vendorError(TARGET, 'VENDOR_REJECTED', { status: 400 }), 1, null, []],
])('%s', (_name, request, error, failed, wait, expectedMetrics) => {
  const { retry, told: reported } = createTestPolicy();
  expect(retry.delayMs(request, error, failed)).toBe(wait);
  expect(reported).toEqual(expectedMetrics);
});

test('what is denied for another reason costs the budget nothing', () => {
  const { retry, told: reported } = createTestPolicy();
  for (let i = 0; i < 10; i += 1) retry.delayMs(POST, unavailableError(), 1);
  for (let i = 0; i < 10; i += 1) retry.delayMs(GET, unavailableError(60), 1);
  reported.splice(0);
  for (let i = 0; i < 2; i += 1) retry.delayMs(GET, unavailableError(), 1);
  expect(reported).toEqual(['kore-main again: status_5xx', 'kore-main denied: budget']);
});
