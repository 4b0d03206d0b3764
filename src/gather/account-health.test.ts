import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { freshResult, NOW, vendorError } from '../../test/support/gather-harness.ts';
import { failureReport, type ServedFrom, type SourceReport } from '../domain/source.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createAccountHealthTracker } from './account-health.ts';

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
    /** Reports a partial result with the given error, the rest served from the given place. */
    lack: (error: VendorError, servedFrom: ServedFrom | null) => {
      freshResult('kore', null, { outcome: 'PARTIAL', servedFrom, error }).sources.forEach(tracker.recordReport);
    },
  };
}

test('reports UNKNOWN for an account that was never called', () => {
  expect(setUp().health()).toEqual({ state: 'UNKNOWN', lastError: null, lastSuccessAt: null });
});

test('reports OK for an account that answers, with the time of its last success', () => {
  const { succeed, health, clock } = setUp();
  succeed();
  clock.advance(5000);
  succeed();
  expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW + 5000 });
});

test('reports DOWN for an account that fails without an earlier success', () => {
  const { fail, health } = setUp();
  fail();
  expect(health()).toEqual({ state: 'DOWN', lastError: 'kore says VENDOR_TIMEOUT', lastSuccessAt: null });
});

test('reports DEGRADED at the first failures after a success, and DOWN at the third in a row', () => {
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

test('counts one call that fails for many agents as one failure', () => {
  const { succeed, fail, state } = setUp();
  succeed();
  const error = vendorError('kore', 'VENDOR_UNAVAILABLE');
  for (let i = 0; i < 50; i += 1) fail(error);
  expect(state()).toBe('DEGRADED');
});

describe('account health counts', () => {
  test('ignores a cached result, which carries no news of the vendor', () => {
    const { succeed, fail, state } = setUp();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('UNKNOWN');
    fail();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('DOWN');
  });

  test('counts "not found" as a success', () => {
    const { fail, health } = setUp();
    fail(vendorError('kore', 'NOT_FOUND'));
    expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(['cancelled', 'quota_local'])('ignores a call that the gateway cut short: %s', (reason) => {
    const { fail, state } = setUp();
    fail(vendorError('kore', 'VENDOR_TIMEOUT', { reason }));
    expect(state()).toBe('UNKNOWN');
  });

  test('counts an unusable response as a failure', () => {
    const { fail, health } = setUp();
    fail(vendorError('kore', 'VENDOR_BAD_RESPONSE', { reason: 'contract' }));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE' });
  });

  test('counts a stale result as a failure', () => {
    const { succeed, stale, health } = setUp();
    succeed();
    for (let i = 0; i < 3; i += 1) stale(vendorError('kore', 'VENDOR_BAD_RESPONSE'));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE' });
  });
});

describe('account health for partial results', () => {
  /** Problems of the data, although no call failed. */
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

  test.each(DATA_PROBLEMS)('counts successful calls with a data problem as a success: %s, %s', (code, reason) => {
    for (const servedFrom of [null, 'CACHE'] as const) {
      const { lack, state } = setUp();
      for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), servedFrom);
      expect(state()).toBe('UNKNOWN');
    }
    const { lack, health } = setUp();
    for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(DATA_PROBLEMS)('clears no earlier error without a vendor call: %s, %s', (code, reason) => {
    const { fail, lack, state } = setUp();
    fail();
    lack(vendorError('kore', code, { reason }), null);
    lack(vendorError('kore', code, { reason }), 'CACHE');
    expect(state()).toBe('DOWN');
    lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(state()).toBe('OK');
  });

  test.each(FAILED_CALLS)(
    'reports DEGRADED, never DOWN, where some calls failed and others succeeded: %s, %j',
    (code, details) => {
      const { lack, health, clock } = setUp();
      for (let i = 0; i < 4; i += 1) {
        clock.advance(1000);
        lack(vendorError('kore', code, details), 'VENDOR');
        expect(health()).toEqual({ state: 'DEGRADED', lastError: `kore says ${code}`, lastSuccessAt: clock.now() });
      }
    },
  );

  test.each(FAILED_CALLS)(
    'reports neither DOWN nor OK where a call failed next to cached data: %s, %j',
    (code, details) => {
      const { lack, fail, health } = setUp();
      for (let i = 0; i < 4; i += 1) lack(vendorError('kore', code, details), 'CACHE');
      expect(health()).toEqual({ state: 'DEGRADED', lastError: `kore says ${code}`, lastSuccessAt: null });
      fail();
      lack(vendorError('kore', code, details), 'CACHE');
      expect(health()).toEqual({ state: 'DOWN', lastError: `kore says ${code}`, lastSuccessAt: null });
    },
  );

  test('reports an account that was DOWN as DEGRADED once it answers in part', () => {
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

  test('keeps the earlier error where the gateway cut a part short, and records the success of the rest', () => {
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

test('reports OK for an account whose vendor has not written the requested time yet', () => {
  const { lack, health } = setUp();
  const target = { vendor: 'LIVEPERSON', account: 'kore', endpoint: 'agentActivity' } as const;
  lack(new VendorError(target, 'VENDOR_UNAVAILABLE', 'Not written yet', { reason: 'not_yet_written' }), 'VENDOR');
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
});
