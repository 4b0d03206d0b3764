import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import { mapValue } from '../domain/maybe-promise.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Caller } from '../request/caller.ts';
import type { Authenticator, AuthFailure } from './auth.ts';
import { toAddressGroup } from './client-address.ts';
import { HttpError } from './http-error.ts';
import type { AuthFailureReason } from './ports.ts';

/** How many addresses, and how many digests of accepted keys, are kept at a time. */
const MAX_ENTRIES = 10_000;

/** Failures of keys and tokens that may be guessed. An expired token was signed by the issuer, and a request without a token guesses nothing. */
const COUNTED_FAILURES: ReadonlySet<AuthFailureReason> = new Set([
  'unknown_key',
  'too_long',
  'malformed',
  'bad_signature',
  'bad_algorithm',
  'unknown_signer',
]);

export interface AuthThrottleOptions {
  readonly failuresPerMinute: number;
  readonly clock: Clock;
  /** Called when the first request of an address is rejected. */
  readonly onThrottled: (clientAddress: string) => void;
}

/** What is known of addresses and their keys. */
export interface ThrottleState {
  readonly failureTimes: LRUCache<string, number[]>;
  readonly throttledGroups: LRUCache<string, true>;
  /** The callers of accepted keys, by address and the digest of the key. */
  readonly acceptedKeys: LRUCache<string, Caller>;
}

/** Creates the state of a configuration; of that before it, failures stay, and the accepted keys whose callers are valid. */
export function createThrottleState(
  before?: ThrottleState,
  isValid: (caller: Caller) => boolean = () => false,
): ThrottleState {
  const acceptedKeys = new LRUCache<string, Caller>({ max: MAX_ENTRIES });
  // The least recently used first.
  for (const [key, caller] of [...(before?.acceptedKeys ?? [])].toReversed())
    if (isValid(caller)) acceptedKeys.set(key, caller);
  return {
    failureTimes: before?.failureTimes ?? new LRUCache({ max: MAX_ENTRIES }),
    throttledGroups: before?.throttledGroups ?? new LRUCache({ max: MAX_ENTRIES }),
    acceptedKeys,
  };
}

/**
 * Limits the failed authentications of an address in a minute (sliding window, in this process). Beyond it, requests get an
 * `HttpError` (429) before their key is looked at, so that guessing is slow and costs no signature checks.
 *
 * A key that this address has used with success goes on working: otherwise one wrong client would lock out all those behind the
 * same address. A key that is new to the address waits, even a good one: looking at it would be what a guess needs. The caller of an
 * API key is remembered by the digest of the key, so that a repeated request costs one digest and no comparisons.
 */
export function throttleFailures(
  authenticate: Authenticator,
  options: AuthThrottleOptions,
  state = createThrottleState(),
): Authenticator {
  const { failuresPerMinute, clock, onThrottled } = options;
  const { failureTimes, throttledGroups, acceptedKeys } = state;

  function assertNotThrottled(group: string, clientAddress: string): void {
    const failures = recentFailures(group);
    if (failures.length < failuresPerMinute) {
      throttledGroups.delete(group);
      return;
    }
    if (!throttledGroups.has(group)) onThrottled(clientAddress);
    throttledGroups.set(group, true);
    const waitMs = (failures[0] ?? 0) + MINUTE - clock.monotonicMs();
    const message = `Too many failed authentications from this address; the limit is ${failuresPerMinute} a minute.`;
    const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / SECOND))) };
    throw new HttpError(429, 'RATE_LIMITED', message, { limit: 'auth_failures', headers });
  }

  function recentFailures(group: string): readonly number[] {
    const windowStart = clock.monotonicMs() - MINUTE;
    return (failureTimes.get(group) ?? []).filter((time) => time > windowStart);
  }

  function record(result: Caller | AuthFailure, group: string, key: string): Caller | AuthFailure {
    if (!('failure' in result)) acceptedKeys.set(key, result);
    else if (COUNTED_FAILURES.has(result.failure)) {
      failureTimes.set(group, [...recentFailures(group), clock.monotonicMs()].slice(-failuresPerMinute));
    }
    return result;
  }

  return (authorization, clientAddress) => {
    if (!authorization) return authenticate(authorization, clientAddress);
    const group = toAddressGroup(clientAddress);
    const key = `${group} ${hash('sha256', authorization, 'base64')}`;
    const accepted = acceptedKeys.get(key);
    if (accepted?.isLasting) return accepted;
    if (!accepted) assertNotThrottled(group, clientAddress);
    return mapValue(authenticate(authorization, clientAddress), (result) => record(result, group, key));
  };
}
