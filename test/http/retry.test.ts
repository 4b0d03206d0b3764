import { expect, test } from '@jest/globals';
import type { VendorError } from '../../src/domain/vendor-error.ts';
import type { VendorRequest } from '../../src/http/call.ts';
import { vendorError } from '../../src/http/reply.ts';
import { createRetry } from '../../src/http/retry.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { manualClock } from '../support/clock.ts';
import { ACCOUNT, get } from './support.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

const GET = get('http://vendor.example/');
const POST = get('http://vendor.example/', { method: 'POST' });
const busy = (retryAfterSeconds?: number) =>
  vendorError(TARGET, 'VENDOR_UNAVAILABLE', {
    status: 503,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });

function retrying() {
  const told: string[] = [];
  const retry = createRetry({
    account: ACCOUNT,
    retries: 2,
    clock: manualClock(),
    random: () => 0.5,
    metrics: {
      ...createMetrics(),
      vendorRetry: (account, reason) => told.push(`${account} again: ${reason}`),
      vendorRetryDenied: (account, why) => told.push(`${account} denied: ${why}`),
    },
  });
  return { retry, told };
}

test.each<[string, VendorRequest, VendorError, number, number | null, string[]]>([
  ['a GET', GET, busy(), 1, 100, ['kore-main again: status_5xx']],
  ['a GET, the second time', GET, busy(), 2, 200, ['kore-main again: status_5xx']],
  ['more often than is configured', GET, busy(), 3, null, []],
  ['as soon as the vendor says', GET, busy(2), 1, 2000, ['kore-main again: status_5xx']],
  ['later than anybody waits', GET, busy(3), 1, null, ['kore-main denied: retry_after']],
  ['a POST', POST, busy(), 1, null, ['kore-main denied: not_idempotent']],
  ['a POST that does no harm', { ...POST, idempotent: true }, busy(), 1, 100, ['kore-main again: status_5xx']],
  ['a GET that does harm', { ...GET, idempotent: false }, busy(), 1, null, ['kore-main denied: not_idempotent']],
  ['what will not pass', GET, vendorError(TARGET, 'VENDOR_REJECTED', { status: 400 }), 1, null, []],
])('%s', (_name, request, trouble, failed, wait, said) => {
  const { retry, told } = retrying();
  expect(retry.wait(request, trouble, failed)).toBe(wait);
  expect(told).toEqual(said);
});

test('what is denied for another reason costs the budget nothing', () => {
  const { retry, told } = retrying();
  for (let i = 0; i < 10; i += 1) retry.wait(POST, busy(), 1);
  for (let i = 0; i < 10; i += 1) retry.wait(GET, busy(60), 1);
  told.splice(0);
  for (let i = 0; i < 2; i += 1) retry.wait(GET, busy(), 1);
  expect(told).toEqual(['kore-main again: status_5xx', 'kore-main denied: budget']);
});
