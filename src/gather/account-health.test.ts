import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { freshResult, NOW, vendorError } from '../../test/support/gather-harness.ts';
import { failureReport, type ServedFrom, type SourceReport } from '../domain/source.ts';
import { HOUR } from '../domain/time.ts';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { createAccountHealthTracker } from './account-health.ts';

function setUp() {
  const clock = manualClock(NOW);
  const tracker = createAccountHealthTracker({ clock });
  return {
    clock,
    state: () => tracker.get('kore').state,
    health: () => tracker.get('kore'),
    succeed: (report: Partial<SourceReport> = {}) => {
      freshResult('kore', null, report).sources.forEach((each) => {
        tracker.recordReport(each);
      });
    },
    fail: (error = vendorError('kore', 'VENDOR_TIMEOUT')) => {
      tracker.recordReport(failureReport(error));
    },
    /** Another call that succeeds. */
    answer: () => {
      freshResult('kore', null).sources.forEach((report) => {
        tracker.recordReport(report);
      });
    },
    stale: (error: VendorError) => {
      freshResult('kore', null, { outcome: 'STALE', servedFrom: 'CACHE', error }).sources.forEach((each) => {
        tracker.recordReport(each);
      });
    },
    /** Reports a partial result with the given error, the rest served from the given place. */
    lack: (error: VendorError, servedFrom: ServedFrom | null) => {
      freshResult('kore', null, { outcome: 'PARTIAL', servedFrom, error }).sources.forEach((each) => {
        tracker.recordReport(each);
      });
    },
  };
}

test('reports UNKNOWN for an account that was never called', () => {
  expect(setUp().health()).toEqual({ state: 'UNKNOWN', lastError: null, lastSuccessAt: null, callsLastMinute: 0 });
});

test('reports OK for an account that answers, with the time of its last success', () => {
  const { succeed, health, clock } = setUp();
  succeed();
  clock.advance(5000);
  succeed({ fetchedAt: NOW + 5000 });
  expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW + 5000 });
});

test('reports DOWN for an account that fails without an earlier success', () => {
  const { fail, health } = setUp();
  fail();
  expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_TIMEOUT', lastSuccessAt: null });
});

test('counts the calls of the last minute, failed ones as well, and none that only the cache answered', () => {
  const { succeed, fail, health, clock } = setUp();
  succeed();
  clock.advance(30_000);
  fail();
  succeed({ servedFrom: 'CACHE' });
  expect(health().callsLastMinute).toBe(2);
  clock.advance(31_000);
  expect(health().callsLastMinute).toBe(1);
  clock.advance(60_000);
  expect(health().callsLastMinute).toBe(0);
});

test('names the reason of the last error, unless its message has a status', () => {
  const { fail, health } = setUp();
  fail(vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'connect' }));
  expect(health().lastError).toBe('kore says VENDOR_UNAVAILABLE (connect)');
  fail(vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'status_503', status: 503 }));
  expect(health().lastError).toBe('kore says VENDOR_UNAVAILABLE');
});

test('reports DOWN once three calls in a row have failed and none has succeeded for 15 seconds, whether or not calls go on', () => {
  const { succeed, fail, state, health, clock } = setUp();
  succeed();
  for (let i = 0; i < 3; i += 1) {
    fail();
    expect(state()).toBe('DEGRADED');
  }
  clock.advance(14_999);
  expect(state()).toBe('DEGRADED');
  clock.advance(1);
  expect(state()).toBe('DOWN');
  clock.advance(HOUR);
  expect(health()).toMatchObject({ state: 'DOWN', lastSuccessAt: NOW });
});

test('reports DEGRADED, not DOWN, for one or two failures after a quiet hour', () => {
  const { succeed, fail, state, clock } = setUp();
  succeed();
  clock.advance(HOUR);
  fail();
  fail();
  expect(state()).toBe('DEGRADED');
});

test('reports DEGRADED while a tenth of the last minute’s calls have failed, whatever the last call did', () => {
  const { fail, state, clock, answer } = setUp();
  for (let i = 0; i < 10; i += 1) answer();
  fail();
  answer();
  expect(state()).toBe('OK');
  fail();
  answer();
  expect(state()).toBe('DEGRADED');
  clock.advance(50_000);
  expect(state()).toBe('DEGRADED');
  clock.advance(15_000);
  expect(state()).toBe('OK');
});

test('neither flaps nor goes down while every other call fails', () => {
  const { fail, state, clock, answer } = setUp();
  answer();
  const states = new Set<string>();
  for (let i = 0; i < 120; i += 1) {
    clock.advance(5000);
    if (i % 2 === 0) fail();
    else answer();
    states.add(state());
  }
  expect([...states]).toEqual(['DEGRADED']);
});

test('recovers from DOWN by way of DEGRADED, a minute after the last failure', () => {
  const { fail, health, clock, answer } = setUp();
  for (let i = 0; i < 4; i += 1) fail();
  answer();
  expect(health()).toMatchObject({ state: 'DEGRADED', lastError: 'kore says VENDOR_TIMEOUT' });
  clock.advance(65_000);
  answer();
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
});

test('counts a call that answers for many agents as one success', () => {
  const { fail, state, succeed } = setUp();
  const calls = [Symbol('call')];
  for (let i = 0; i < 50; i += 1) succeed({ calls });
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
    expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(['cancelled', 'quota_local'])('ignores a call that the gateway cut short: %s', (reason) => {
    const { fail, state } = setUp();
    fail(vendorError('kore', 'VENDOR_TIMEOUT', { reason }));
    expect(state()).toBe('UNKNOWN');
  });

  test('counts an unusable response as a failure', () => {
    const { fail, health } = setUp();
    fail(vendorError('kore', 'VENDOR_BAD_RESPONSE', { reason: 'contract' }));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE (contract)' });
  });

  test('counts a stale result as a failure', () => {
    const { succeed, stale, health, clock } = setUp();
    succeed();
    clock.advance(15_000);
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

  function described(code: VendorErrorCode, details: { readonly status?: number; readonly reason?: string }): string {
    return `kore says ${code}${details.status === undefined ? ` (${details.reason})` : ''}`;
  }

  test.each(DATA_PROBLEMS)('counts successful calls with a data problem as a success: %s, %s', (code, reason) => {
    for (const servedFrom of [null, 'CACHE'] as const) {
      const { lack, state } = setUp();
      for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), servedFrom);
      expect(state()).toBe('UNKNOWN');
    }
    const { lack, health } = setUp();
    for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(DATA_PROBLEMS)('clears no earlier error without a vendor call: %s, %s', (code, reason) => {
    const { fail, lack, state, clock } = setUp();
    fail();
    lack(vendorError('kore', code, { reason }), null);
    lack(vendorError('kore', code, { reason }), 'CACHE');
    expect(state()).toBe('DOWN');
    lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(state()).toBe('DEGRADED');
    clock.advance(65_000);
    expect(state()).toBe('OK');
  });

  test.each(FAILED_CALLS)(
    'reports DEGRADED, never DOWN, where some calls failed and others succeeded: %s, %j',
    (code, details) => {
      const { lack, health, clock } = setUp();
      for (let i = 0; i < 4; i += 1) {
        clock.advance(1000);
        lack(vendorError('kore', code, details), 'VENDOR');
        expect(health()).toMatchObject({
          state: 'DEGRADED',
          lastError: described(code, details),
          lastSuccessAt: clock.now(),
        });
      }
    },
  );

  test.each(FAILED_CALLS)(
    'reports neither DOWN nor OK where a call failed next to cached data: %s, %j',
    (code, details) => {
      const { lack, fail, health } = setUp();
      for (let i = 0; i < 4; i += 1) lack(vendorError('kore', code, details), 'CACHE');
      expect(health()).toMatchObject({ state: 'DEGRADED', lastError: described(code, details), lastSuccessAt: null });
      fail();
      lack(vendorError('kore', code, details), 'CACHE');
      expect(health()).toMatchObject({ state: 'DOWN', lastError: described(code, details), lastSuccessAt: null });
    },
  );

  test('reports an account that was DOWN as DEGRADED once it answers in part', () => {
    const { lack, fail, state, clock } = setUp();
    for (let i = 0; i < 4; i += 1) fail();
    lack(vendorError('kore', 'VENDOR_UNAVAILABLE'), 'VENDOR');
    clock.advance(16_000);
    expect(state()).toBe('DEGRADED');
    fail();
    fail();
    expect(state()).toBe('DEGRADED');
    fail();
    expect(state()).toBe('DOWN');
  });

  test('keeps the earlier error where the gateway cut a part short, and records the success of the rest', () => {
    const { lack, fail, health, clock } = setUp();
    const cut = vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'circuit_open' });
    lack(cut, 'VENDOR');
    expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW });
    clock.advance(15_000);
    for (let i = 0; i < 3; i += 1) fail();
    lack(cut, 'CACHE');
    expect(health()).toMatchObject({ state: 'DOWN' });
    lack(cut, 'VENDOR');
    expect(health()).toMatchObject({
      state: 'DEGRADED',
      lastError: 'kore says VENDOR_TIMEOUT',
      lastSuccessAt: NOW + 15_000,
    });
  });
});

test('reports OK for an account whose vendor has not written the requested time yet', () => {
  const { lack, health } = setUp();
  const target = { vendor: 'LIVEPERSON', account: 'kore', endpoint: 'agentActivity' } as const;
  lack(new VendorError(target, 'VENDOR_UNAVAILABLE', 'Not written yet', { reason: 'not_yet_written' }), 'VENDOR');
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
});
