import { describe, expect, test } from '@jest/globals';
import { rejectionOf, thrownBy } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { ACCOUNT } from '../../test/support/http-harness.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { createMetrics } from '../observability/metrics.ts';
import { type Admission, type AdmissionOptions, createAdmission } from './admission.ts';
import { vendorError } from './response.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
const context = { signal: new AbortController().signal };
/** Of a call that does not wait for the rate limit. */
const impatient = { ...context, waitUntilMs: () => 0 };

const UNAVAILABLE = vendorError(TARGET, 'VENDOR_UNAVAILABLE', { status: 503 });
function rateLimited(retryAfterSeconds?: number) {
  return vendorError(TARGET, 'VENDOR_RATE_LIMITED', {
    status: 429,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function setUp(options: Partial<AdmissionOptions> = {}) {
  const clock = manualClock();
  const rejections: string[] = [];
  const admission = createAdmission({
    account: ACCOUNT,
    concurrency: 1,
    maxQueued: 1,
    requestsPerMinute: undefined,
    circuitBreaker: true,
    honorRetryAfter: true,
    clock,
    random: () => 0.5,
    metrics: { ...createMetrics(), circuitRejection: (_account, endpoint) => rejections.push(endpoint) },
    ...options,
  });
  return { clock, admission, rejections };
}

async function openCircuit(admission: Admission): Promise<void> {
  for (let i = 0; i < 5; i += 1) (await admission.acquire(TARGET, context))(UNAVAILABLE);
}

describe('admission', () => {
  test('logs a rejected call with its reason at debug level', async () => {
    const lines: unknown[] = [];
    const { admission } = setUp({ log: (fields) => lines.push(fields) });
    await openCircuit(admission);
    await rejectionOf(admission.acquire(TARGET, context));
    expect(lines).toEqual([{ account: 'kore-main', endpoint: 'agentstatusdetails', reason: 'circuit_open' }]);
  });

  test('a waiting call that a reader of live data joins goes before those of past ranges', async () => {
    const { admission } = setUp({ maxQueued: 10 });
    const started: string[] = [];
    const raise = new Map<string, () => void>();
    const acquire = async (name: string) => {
      const onUrgent = (callback: () => void) => {
        raise.set(name, callback);
        return () => raise.delete(name);
      };
      const release = await admission.acquire(TARGET, { ...context, priority: 'past', onUrgent });
      started.push(name);
      return release;
    };
    const running = await acquire('running');
    for (const name of ['first', 'second', 'joined']) void acquire(name);
    raise.get('joined')?.();
    running(null);
    await flushPromises();
    expect(started).toEqual(['running', 'joined']);
  });

  test('rejects calls to an endpoint with an open circuit, with the time to retry after, and counts them', async () => {
    const { clock, admission, rejections } = setUp();
    expect(admission.rejection(TARGET)).toBeNull();
    await openCircuit(admission);
    const expected = { code: 'VENDOR_UNAVAILABLE', reason: 'circuit_open', retryAfterSeconds: 10 };
    expect(admission.rejection(TARGET)).toMatchObject(expected);
    expect(rejections).toEqual([]);
    expect(
      thrownBy(() => {
        admission.assertAdmissible(TARGET);
      }),
    ).toMatchObject(expected);
    expect(await rejectionOf(admission.acquire(TARGET, context))).toMatchObject(expected);
    expect(rejections).toEqual(['agentstatusdetails', 'agentstatusdetails']);
    expect(admission.rejection({ ...TARGET, endpoint: 'other' })).toBeNull();
    clock.advance(10_000);
    expect(admission.rejection(TARGET)).toBeNull();
  });

  test('admits calls to a failing endpoint when the circuit breaker is off', async () => {
    const { admission } = setUp({ circuitBreaker: false });
    await openCircuit(admission);
    expect(admission.rejection(TARGET)).toBeNull();
  });

  test('rejects every endpoint of the account after a 429, until the time that the vendor named', async () => {
    const { clock, admission } = setUp();
    (await admission.acquire(TARGET, context))(rateLimited(30));
    expect(admission.rejection({ ...TARGET, endpoint: 'other' })).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      reason: 'rate_gate',
      retryAfterSeconds: 30,
    });
    clock.advance(30_000);
    expect(admission.rejection(TARGET)).toBeNull();
  });

  test('ignores the time that the vendor named when honorRetryAfter is off', async () => {
    const { admission } = setUp({ honorRetryAfter: false });
    (await admission.acquire(TARGET, context))(rateLimited(30));
    expect(admission.rejection(TARGET)).toBeNull();
  });

  test('rejects a call at once when the queue is full', async () => {
    const { admission } = setUp();
    const release = await admission.acquire(TARGET, context);
    const queued = admission.acquire(TARGET, context);
    expect(await rejectionOf(admission.acquire(TARGET, context))).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      reason: 'bulkhead_full',
    });
    release(null);
    (await queued)(null);
  });

  test('follows the shared quota instead of the local limit', async () => {
    const { admission } = setUp({ requestsPerMinute: 1, acquireSharedQuota: () => Promise.resolve(0) });
    for (let i = 0; i < 3; i += 1) (await admission.acquire(TARGET, context))(null);
    const { admission: full } = setUp({ acquireSharedQuota: () => Promise.resolve(5001) });
    expect(await rejectionOf(full.acquire(TARGET, impatient))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      reason: 'quota_local',
      retryAfterSeconds: 6,
    });
  });

  test('frees the slot of a call that is rejected after it was acquired', async () => {
    const { admission } = setUp({ acquireSharedQuota: () => Promise.resolve(5000) });
    for (let i = 0; i < 3; i += 1) {
      expect(await rejectionOf(admission.acquire(TARGET, impatient))).toMatchObject({ reason: 'quota_local' });
    }
  });
});

describe('admission in a fleet', () => {
  test('takes the process’s share of the limit while the shared count is unreachable', async () => {
    const { admission } = setUp({
      requestsPerMinute: 9,
      fleetSize: () => 3,
      acquireSharedQuota: () => Promise.resolve(null),
    });
    for (let i = 0; i < 3; i += 1) (await admission.acquire(TARGET, impatient))(null);
    expect(await rejectionOf(admission.acquire(TARGET, impatient))).toMatchObject({ reason: 'quota_local' });
  });

  test('holds back its calls while another process’s gate is closed, and closes that of others', async () => {
    const closings: number[] = [];
    let sharedMs: number | null = null;
    const sharedGate = { remainingMs: () => Promise.resolve(sharedMs), close: (ms: number) => closings.push(ms) };
    const { clock, admission } = setUp({ sharedGate });
    (await admission.acquire(TARGET, context))(null);
    sharedMs = 30_000;
    expect(await rejectionOf(admission.acquire(TARGET, context))).toMatchObject({
      reason: 'rate_gate',
      retryAfterSeconds: 30,
    });
    expect(closings).toEqual([]);
    sharedMs = 0;
    clock.advance(30_000);
    (await admission.acquire(TARGET, context))(rateLimited(40));
    expect(closings).toEqual([40_000]);
  });
});

describe('retryAfterSeconds of admission', () => {
  test('returns null for success and for an error that says nothing about later calls', () => {
    const { admission } = setUp();
    expect([null, UNAVAILABLE].map((error) => admission.retryAfterSeconds(TARGET, error))).toEqual([null, null]);
  });

  test('returns the vendor’s time, at least 1, or the longer time of another call', async () => {
    const { admission } = setUp();
    const secondsAfter = (error: VendorError) => admission.retryAfterSeconds(TARGET, error);
    expect([rateLimited(7), rateLimited(0), rateLimited()].map(secondsAfter)).toEqual([7, 1, 1]);
    (await admission.acquire(TARGET, context))(rateLimited(30));
    expect(secondsAfter(rateLimited(7))).toBe(30);
  });

  test('returns the wait for the next attempt, for a failure that opens the circuit or leaves it open', async () => {
    const { clock, admission } = setUp();
    await openCircuit(admission);
    expect(admission.retryAfterSeconds(TARGET, UNAVAILABLE)).toBe(10);
    clock.advance(10_000);
    expect(admission.retryAfterSeconds(TARGET, UNAVAILABLE)).toBeNull();
    (await admission.acquire(TARGET, context))(UNAVAILABLE);
    clock.advance(500);
    expect(admission.retryAfterSeconds(TARGET, UNAVAILABLE)).toBe(20);
    expect(admission.retryAfterSeconds(TARGET, vendorError(TARGET, 'VENDOR_BAD_RESPONSE'))).toBe(20);
    expect(admission.retryAfterSeconds({ ...TARGET, endpoint: 'other' }, UNAVAILABLE)).toBeNull();
  });

  test('returns the longest of the vendor’s time and the waits of the account and the endpoint', async () => {
    const { admission } = setUp();
    await openCircuit(admission);
    const failed = (seconds: number) => vendorError(TARGET, 'VENDOR_UNAVAILABLE', { retryAfterSeconds: seconds });
    expect([3, 120].map((seconds) => admission.retryAfterSeconds(TARGET, failed(seconds)))).toEqual([10, 120]);
    expect([3, 120].map((seconds) => admission.retryAfterSeconds(TARGET, rateLimited(seconds)))).toEqual([10, 120]);
  });

  test('returns null for an agent that does not exist: that is an answer', async () => {
    const { admission } = setUp();
    await openCircuit(admission);
    expect(admission.retryAfterSeconds(TARGET, vendorError(TARGET, 'NOT_FOUND'))).toBeNull();
  });
});
