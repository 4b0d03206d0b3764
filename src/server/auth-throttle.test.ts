import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createThrottleState, throttleFailures } from './auth-throttle.ts';
import { HttpError } from './http-error.ts';
import type { AuthFailureReason } from './ports.ts';

const ADDRESS = '203.0.113.9';

/** An authenticator that accepts `good` keys and otherwise fails; `attempts` are the headers that it has looked at. */
function setUp(failure: AuthFailureReason = 'unknown_key') {
  const clock = manualClock();
  const attempts: (string | undefined)[] = [];
  const throttled: string[] = [];
  const state = { isRevoked: false };
  const authenticate = throttleFailures(
    (authorization) => {
      attempts.push(authorization);
      if (authorization?.includes('lasting')) return { ...anonymousCaller, isLasting: true };
      const isGood = authorization?.includes('good') && !state.isRevoked;
      return Promise.resolve(isGood ? anonymousCaller : { failure });
    },
    { failuresPerMinute: 3, clock, onThrottled: (address) => throttled.push(address) },
  );
  /** Resolves to the seconds of Retry-After where the request is rejected, otherwise to the outcome. */
  const attempt = async (authorization?: string, address = ADDRESS) => {
    try {
      const result = await authenticate(authorization, address);
      return 'failure' in result ? result.failure : 'accepted';
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      expect([error.status, error.code, error.limit]).toEqual([429, 'RATE_LIMITED', 'auth_failures']);
      return error.headers['retry-after'];
    }
  };
  const fail = async (count: number, address?: string) => {
    for (let i = 0; i < count; i += 1) await attempt(`Bearer bad-${i}`, address);
  };
  return { clock, attempts, throttled, state, attempt, fail };
}

describe('the throttle of failed authentications', () => {
  test('counts the failures of the last minute, and looks at no key beyond the limit', async () => {
    const { clock, attempts, throttled, attempt, fail } = setUp();
    await fail(1);
    clock.advance(20_000);
    await fail(2);
    expect(await attempt('Bearer bad')).toBe('40');
    expect(await attempt('Bearer good')).toBe('40');
    expect(attempts).toHaveLength(3);
    clock.advance(40_000);
    expect(await attempt('Bearer bad')).toBe('unknown_key');
    expect(await attempt('Bearer good')).toBe('20');
    expect(throttled).toEqual([ADDRESS, ADDRESS]);
  });

  test('reports an address once until it is served again', async () => {
    const { throttled, attempt, fail } = setUp();
    await fail(3);
    for (let i = 0; i < 5; i += 1) expect(await attempt('Bearer bad')).toBe('60');
    expect(throttled).toEqual([ADDRESS]);
  });

  test('goes on accepting a key that the address has used before, and no other', async () => {
    const { attempt, fail } = setUp();
    await attempt('Bearer good-1');
    await attempt('Bearer good-2', '198.51.100.1');
    await fail(3);
    expect(await attempt('Bearer good-1')).toBe('accepted');
    expect(await attempt('Bearer good-2')).toBe('60');
    expect(await attempt('Bearer good-2', '198.51.100.1')).toBe('accepted');
  });

  test('waits from the latest failures on, where a key that was good before goes on failing', async () => {
    const { clock, state, attempt } = setUp();
    await attempt('Bearer good');
    state.isRevoked = true;
    for (let i = 0; i < 5; i += 1) {
      clock.advance(10_000);
      expect(await attempt('Bearer good')).toBe('unknown_key');
    }
    expect(await attempt('Bearer bad')).toBe('40');
  });

  test('looks at an API key once for each address, and at a token each time', async () => {
    const { attempts, attempt } = setUp();
    for (let i = 0; i < 2; i += 1) await attempt('Bearer lasting');
    expect(attempts).toHaveLength(1);
    await attempt('Bearer lasting', '198.51.100.1');
    expect(attempts).toHaveLength(2);
    for (let i = 0; i < 2; i += 1) await attempt('Bearer good');
    expect(attempts).toHaveLength(4);
  });

  test('counts an IPv6 subscriber’s addresses together', async () => {
    const { attempt, fail } = setUp();
    await fail(2, '2001:db8:0:1::1');
    await fail(1, '2001:db8:0:1:ffff::2');
    expect(await attempt('Bearer bad', '2001:db8:0:1::3')).toBe('60');
    expect(await attempt('Bearer bad', '2001:db8:0:2::1')).toBe('unknown_key');
  });

  test.each(['missing', 'malformed_header', 'expired', 'bad_claims', 'keys_unavailable'] as const)(
    'does not count the failure %s, which no guess has',
    async (failure) => {
      const { attempt, fail } = setUp(failure);
      await fail(5);
      expect(await attempt('Bearer bad')).toBe(failure);
    },
  );

  test.each(['malformed', 'too_long', 'bad_signature', 'bad_algorithm', 'unknown_signer'] as const)(
    'counts the failure %s',
    async (failure) => {
      const { attempt, fail } = setUp(failure);
      await fail(3);
      expect(await attempt('Bearer bad')).toBe('60');
    },
  );

  test('rejects no request without a key', async () => {
    const { attempt, fail } = setUp();
    await fail(3);
    expect(await attempt(undefined)).toBe('unknown_key');
    expect(await attempt('')).toBe('unknown_key');
  });

  test('keeps the keys of callers that are still valid in another configuration, the latest used last', () => {
    const before = createThrottleState();
    const [one, two, three] = [1, 2, 3].map((n) => ({ ...anonymousCaller, name: `caller-${n}` }));
    if (!one || !two || !three) throw new Error('three callers');
    for (const caller of [one, two, three]) before.acceptedKeys.set(caller.name, caller);
    before.acceptedKeys.get('caller-1');
    const { acceptedKeys } = createThrottleState(before, ({ name }) => name !== 'caller-2');
    expect([...acceptedKeys.keys()]).toEqual(['caller-1', 'caller-3']);
  });

  test('keeps a bounded number of addresses: the oldest are forgotten', async () => {
    const { attempt, fail } = setUp();
    await fail(3);
    for (let i = 0; i < 10_000; i += 1) await attempt('Bearer bad', `10.0.${i >> 8}.${i % 256}`);
    expect(await attempt('Bearer bad')).toBe('unknown_key');
  });
});
