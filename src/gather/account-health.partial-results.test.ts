import { describe, expect, test } from '@jest/globals';
import { setUpAccountHealth } from '../../test/support/account-health-harness.ts';
import { NOW, vendorError } from '../../test/support/gather-harness.ts';
import { type VendorErrorCode } from '../domain/vendor-error.ts';

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
      const { lack, state } = setUpAccountHealth();
      for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), servedFrom);
      expect(state()).toBe('UNKNOWN');
    }
    const { lack, health } = setUpAccountHealth();
    for (let i = 0; i < 3; i += 1) lack(vendorError('kore', code, { reason }), 'VENDOR');
    expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(DATA_PROBLEMS)('clears no earlier error without a vendor call: %s, %s', (code, reason) => {
    const { fail, lack, state, clock } = setUpAccountHealth();
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
      const { lack, health, clock } = setUpAccountHealth();
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
      const { lack, fail, health } = setUpAccountHealth();
      for (let i = 0; i < 4; i += 1) lack(vendorError('kore', code, details), 'CACHE');
      expect(health()).toMatchObject({ state: 'DEGRADED', lastError: described(code, details), lastSuccessAt: null });
      fail();
      lack(vendorError('kore', code, details), 'CACHE');
      expect(health()).toMatchObject({ state: 'DOWN', lastError: described(code, details), lastSuccessAt: null });
    },
  );

  test('reports an account that was DOWN as DEGRADED once it answers in part', () => {
    const { lack, fail, state, clock } = setUpAccountHealth();
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
    const { lack, fail, health, clock } = setUpAccountHealth();
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
