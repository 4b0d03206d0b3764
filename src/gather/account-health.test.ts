import { describe, expect, test } from '@jest/globals';
import { setUpAccountHealth } from '../../test/support/account-health-harness.ts';
import { NOW, vendorError } from '../../test/support/gather-harness.ts';
import { HOUR } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';

test('reports UNKNOWN for an account that was never called', () => {
  expect(setUpAccountHealth().health()).toEqual({
    state: 'UNKNOWN',
    lastError: null,
    lastSuccessAt: null,
    callsLastMinute: 0,
  });
});

test('reports OK for an account that answers, with the time of its last success', () => {
  const { succeed, health, clock } = setUpAccountHealth();
  succeed();
  clock.advance(5000);
  succeed({ fetchedAt: NOW + 5000 });
  expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW + 5000 });
});

test('reports DOWN for an account that fails without an earlier success', () => {
  const { fail, health } = setUpAccountHealth();
  fail();
  expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_TIMEOUT', lastSuccessAt: null });
});

test('counts the calls of the last minute, failed ones as well, and none that only the cache answered', () => {
  const { succeed, fail, health, clock } = setUpAccountHealth();
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
  const { fail, health } = setUpAccountHealth();
  fail(vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'connect' }));
  expect(health().lastError).toBe('kore says VENDOR_UNAVAILABLE (connect)');
  fail(vendorError('kore', 'VENDOR_UNAVAILABLE', { reason: 'status_503', status: 503 }));
  expect(health().lastError).toBe('kore says VENDOR_UNAVAILABLE');
});

test('reports DOWN once three calls in a row have failed and none has succeeded for 15 seconds, whether or not calls go on', () => {
  const { succeed, fail, state, health, clock } = setUpAccountHealth();
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
  const { succeed, fail, state, clock } = setUpAccountHealth();
  succeed();
  clock.advance(HOUR);
  fail();
  fail();
  expect(state()).toBe('DEGRADED');
});

test('reports DEGRADED while a tenth of the last minute’s calls have failed, whatever the last call did', () => {
  const { fail, state, clock, answer } = setUpAccountHealth();
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
  const { fail, state, clock, answer } = setUpAccountHealth();
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
  const { fail, health, clock, answer } = setUpAccountHealth();
  for (let i = 0; i < 4; i += 1) fail();
  answer();
  expect(health()).toMatchObject({ state: 'DEGRADED', lastError: 'kore says VENDOR_TIMEOUT' });
  clock.advance(65_000);
  answer();
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
});

test('counts a call that answers for many agents as one success', () => {
  const { fail, state, succeed } = setUpAccountHealth();
  const calls = [Symbol('call')];
  for (let i = 0; i < 50; i += 1) succeed({ calls });
  fail();
  expect(state()).toBe('DEGRADED');
});

test('counts one call that fails for many agents as one failure', () => {
  const { succeed, fail, state } = setUpAccountHealth();
  succeed();
  const error = vendorError('kore', 'VENDOR_UNAVAILABLE');
  for (let i = 0; i < 50; i += 1) fail(error);
  expect(state()).toBe('DEGRADED');
});

describe('account health counts', () => {
  test('ignores a cached result, which carries no news of the vendor', () => {
    const { succeed, fail, state } = setUpAccountHealth();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('UNKNOWN');
    fail();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('DOWN');
  });

  test('counts "not found" as a success of the call', () => {
    const { fail, health } = setUpAccountHealth();
    fail(vendorError('kore', 'NOT_FOUND'));
    expect(health()).toMatchObject({ state: 'DEGRADED', lastSuccessAt: NOW });
  });

  test.each(['cancelled', 'quota_local'])('ignores a call that the gateway cut short: %s', (reason) => {
    const { fail, state } = setUpAccountHealth();
    fail(vendorError('kore', 'VENDOR_TIMEOUT', { reason }));
    expect(state()).toBe('UNKNOWN');
  });

  test('counts an unusable response as a failure', () => {
    const { fail, health } = setUpAccountHealth();
    fail(vendorError('kore', 'VENDOR_BAD_RESPONSE', { reason: 'contract' }));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE (contract)' });
  });

  test('counts a stale result as a failure', () => {
    const { succeed, stale, health, clock } = setUpAccountHealth();
    succeed();
    clock.advance(15_000);
    for (let i = 0; i < 3; i += 1) stale(vendorError('kore', 'VENDOR_BAD_RESPONSE'));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE' });
  });
});

test('reports OK for an account whose vendor has not written the requested time yet', () => {
  const { lack, health } = setUpAccountHealth();
  const target = { vendor: 'LIVEPERSON', account: 'kore', endpoint: 'agentActivity' } as const;
  lack(new VendorError(target, 'VENDOR_UNAVAILABLE', 'Not written yet', { reason: 'not_yet_written' }), 'VENDOR');
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
});
