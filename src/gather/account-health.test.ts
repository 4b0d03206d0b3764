import { describe, expect, test } from '@jest/globals';
import { type ServedFrom, type SourceReport, failureReport } from '../domain/source.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { createAccountHealthTracker } from './account-health.ts';
import { manualClock } from '../../test/support/clock.ts';
import { NOW, freshResult, vendorError } from '../../test/support/gather-harness.ts';

function setUp() {
  const clock = manualClock(NOW);
  const tracker = createAccountHealthTracker(clock);
  return {
    clock,
    state: () => tracker.get('kore').state,
    health: () => tracker.get('kore'),
    succeed: (report: Partial<SourceReport> = {}) => {
      freshResult('kore', null, report).sources.forEach(tracker.recordReport);
    },
    fail: (error = vendorError('kore', 'VENDOR_TIMEOUT')) => {
      tracker.recordReport(failureReport(error));
    },
    stale: (error: VendorError) => {
      freshResult('kore', null, { outcome: 'STALE', servedFrom: 'CACHE', error }).sources.forEach(tracker.recordReport);
    },
    /** Some is there, and this is missing; the rest was served from there. */
    lack: (error: VendorError, servedFrom: ServedFrom | null) => {
      freshResult('kore', null, { outcome: 'PARTIAL', servedFrom, error }).sources.forEach(tracker.recordReport);
    },
  };
}

test('of an account that was never asked nothing is known', () => {
  expect(setUp().health()).toEqual({ state: 'UNKNOWN', lastError: null, lastSuccessAt: null });
});

test('one that answers is OK, and when it last did is remembered', () => {
  const { succeed, health, clock } = setUp();
  succeed();
  clock.advance(5000);
  succeed();
  expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW + 5000 });
});

test('one that has never answered and fails is DOWN', () => {
  const { fail, health } = setUp();
  fail();
  expect(health()).toEqual({ state: 'DOWN', lastError: 'kore says VENDOR_TIMEOUT', lastSuccessAt: null });
});

test('one that has answered is DEGRADED at the first failures, and DOWN at the third in a row', () => {
  const { succeed, fail, state, health } = setUp();
  succeed();
  const states = [1, 2, 3].map(() => {
    fail();
    return state();
  });
  expect(states).toEqual(['DEGRADED', 'DEGRADED', 'DOWN']);
  expect(health().lastSuccessAt).toBe(NOW);
  succeed();
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
  fail();
  expect(state()).toBe('DEGRADED');
});

test('one call that fails for many agents at once is one failure', () => {
  const { succeed, fail, state } = setUp();
  succeed();
  const error = vendorError('kore', 'VENDOR_UNAVAILABLE');
  for (let i = 0; i < 50; i += 1) fail(error);
  expect(state()).toBe('DEGRADED');
});

describe('what counts', () => {
  test('an answer from the cache says nothing about the vendor', () => {
    const { succeed, fail, state } = setUp();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('UNKNOWN');
    fail();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('DOWN');
  });

  test('that the vendor knows no such agent shows that it is there', () => {
    const { fail, health } = setUp();
    fail(vendorError('kore', 'NOT_FOUND'));
    expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(['cancelled', 'quota_local'])('what we cut short ourselves does not: %s', (reason) => {
    const { fail, state } = setUp();
    fail(vendorError('kore', 'VENDOR_TIMEOUT', { reason }));
    expect(state()).toBe('UNKNOWN');
  });

  test('an answer that is of no use at all is a failure', () => {
    const { fail, health } = setUp();
    fail(vendorError('kore', 'VENDOR_BAD_RESPONSE', { reason: 'contract' }));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE' });
  });

  test('an older answer served is a failure', () => {
    const { succeed, stale, health } = setUp();
    succeed();
    for (let i = 0; i < 3; i += 1) stale(vendorError('kore', 'VENDOR_BAD_RESPONSE'));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE' });
  });
});

describe('where a part is missing', () => {
  /** What is wrong with the data, though no call failed. */
  const DATA_PROBLEMS = [
    ['VENDOR_REJECTED', 'retention'],
    ['VENDOR_REJECTED', 'file_limit'],
    ['VENDOR_BAD_RESPONSE', 'encrypted'],
    ['VENDOR_BAD_RESPONSE', 'link_refused'],
    ['VENDOR_BAD_RESPONSE', 'crc'],
    ['VENDOR_BAD_RESPONSE', 'foreign_account'],
    ['VENDOR_BAD_RESPONSE', 'contract'],
  ] as const;
  const FAILED_CALLS = [
    ['VENDOR_UNAVAILABLE', { status: 503, reason: 'status_503' }],
    ['VENDOR_UNAVAILABLE', { reason: 'connect' }],
    ['VENDOR_TIMEOUT', { reason: 'timeout_total' }],
    ['VENDOR_RATE_LIMITED', { status: 429 }],
    ['VENDOR_AUTH_FAILED', { status: 401 }],
    ['VENDOR_REJECTED', { status: 400 }],
    ['VENDOR_BAD_RESPONSE', { status: 302, reason: 'redirect' }],
  ] as const;

  test.each(DATA_PROBLEMS)('%s, %s: the calls went well, if any were made', (code, reason) => {
    for (const servedFrom of [null, 'CACHE'] as const) {
      const { lack, state } = setUp();
      for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), servedFrom);
      expect(state()).toBe('UNKNOWN');
    }
    const { lack, health } = setUp();
    for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(DATA_PROBLEMS)('%s, %s: mends nothing, unless the vendor was called', (code, reason) => {
    const { fail, lack, state } = setUp();
    fail();
    lack(vendorError('kore', code, { reason }), null);
    lack(vendorError('kore', code, { reason }), 'CACHE');
    expect(state()).toBe('DOWN');
    lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(state()).toBe('OK');
  });

  test.each(FAILED_CALLS)('%s, %j: a call failed, others did not, however often', (code, details) => {
    const { lack, health, clock } = setUp();
    for (let i = 0; i < 4; i += 1) {
      clock.advance(1000);
      lack(vendorError('kore', code, details), 'VENDOR');
      expect(health()).toEqual({ state: 'DEGRADED', lastError: `kore says ${code}`, lastSuccessAt: clock.now() });
    }
  });

  test.each(FAILED_CALLS)('%s, %j, beside kept data: not down, and not up again', (code, details) => {
    const { lack, fail, health } = setUp();
    for (let i = 0; i < 4; i += 1) lack(vendorError('kore', code, details), 'CACHE');
    expect(health()).toEqual({ state: 'DEGRADED', lastError: `kore says ${code}`, lastSuccessAt: null });
    fail();
    lack(vendorError('kore', code, details), 'CACHE');
    expect(health()).toEqual({ state: 'DOWN', lastError: `kore says ${code}`, lastSuccessAt: null });
  });

  test('an account that was down and answers in part is down no longer', () => {
    const { lack, fail, state } = setUp();
    for (let i = 0; i < 4; i += 1) fail();
    lack(vendorError('kore', 'VENDOR_UNAVAILABLE'), 'VENDOR');
    expect(state()).toBe('DEGRADED');
    fail();
    fail();
    expect(state()).toBe('DEGRADED');
    fail();
    expect(state()).toBe('DOWN');
  });

  test('what we cut short ourselves leaves what was known of it, and the rest has answered', () => {
    const { lack, fail, health, succeed } = setUp();
    const cut = vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'circuit_open' });
    lack(cut, 'VENDOR');
    expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW });
    for (let i = 0; i < 3; i += 1) fail();
    lack(cut, 'CACHE');
    expect(health()).toMatchObject({ state: 'DOWN' });
    lack(cut, 'VENDOR');
    expect(health()).toMatchObject({ state: 'DEGRADED', lastError: 'kore says VENDOR_TIMEOUT' });
    succeed();
    expect(health()).toMatchObject({ state: 'OK', lastError: null });
  });
});
