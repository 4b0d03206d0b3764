import { type AccountCacheOptions, createAccountCache } from '../../src/cache/account-cache.ts';
import type { CacheNamespace, FetchedValue, NegativeResult, OnFetched } from '../../src/cache/cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { VendorError, type VendorErrorCode } from '../../src/domain/vendor-error.ts';
import type { CallContext, CallRecord } from '../../src/http/types.ts';
import { type ManualClock, manualClock } from './clock.ts';

export const ACCOUNT = { name: 'kore-main', vendor: 'KORE' } as const;

export const STALE_IF_ERROR_SECONDS = 600;
/** Age at which a value with a TTL of 60 seconds is no longer served stale while it is revalidated. */
export const PAST_SWR_MS = 66_000;

export const namespace: CacheNamespace<string, string> = {
  endpoint: 'agentstatusdetails',
  version: 1,
  keyParts: (key) => [key],
  isValid: (value): value is string => typeof value === 'string',
};

/** A quarter of the timeout of a Redis command: it elapses in four turns. */
export const TIMEOUT_TURN_MS = 25;

/** The same of the first connection and of a write. */
const LONG_TIMEOUT_TURN_MS = 500;

/**
 * Extends the timeouts of Redis, so that the load of the machine does not change which gateway fetches what: a command takes longer
 * than 100 ms then, and a first connection longer than two seconds, without which a process grants itself every lease.
 */
export function toPatientClock(clock: Clock): Clock {
  const isRedisTimeout = (ms: number) => ms === TIMEOUT_TURN_MS || ms === LONG_TIMEOUT_TURN_MS;
  return { ...clock, setTimer: (ms, callback) => clock.setTimer(isRedisTimeout(ms) ? 10_000 : ms, callback) };
}

/** Shortens the ten seconds between two announcements of a process, so that each soon knows the size of the fleet, and none is forgotten. */
export function toSociableClock(clock: Clock): Clock {
  return { ...clock, setTimer: (ms, callback) => clock.setTimer(ms === 10_000 ? 20 : ms, callback) };
}

/** Shorter than a test may take, so that a condition that never holds is named. */
const WAIT_LIMIT_MS = 240_000;

/** Polls until a condition holds, for effects that go over sockets. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (
    const end = Date.now() + WAIT_LIMIT_MS;
    !(await condition());
    await new Promise((resolve) => setTimeout(resolve, 5))
  ) {
    if (Date.now() > end) throw new Error('timed out waiting for the condition');
  }
}

export function createTestCache(options: Partial<AccountCacheOptions> = {}) {
  const clock: ManualClock = manualClock();
  const store = createMemoryStore(10_000_000);
  const reads: string[] = [];
  const cache = createAccountCache({
    account: ACCOUNT,
    store,
    clock,
    staleIfErrorSeconds: STALE_IF_ERROR_SECONDS,
    onRead: (endpoint, result, keys) => reads.push(`${endpoint} ${result} ${keys}`),
    ...options,
  });
  return { cache, clock, store, reads };
}

/** A caller: its context, its abort controller and the calls recorded on it. */
export function createCaller() {
  const controller = new AbortController();
  const records: CallRecord[] = [];
  const context: CallContext = {
    signal: controller.signal,
    record: (call) => records.push(call),
    restrictCache: () => undefined,
  };
  return {
    context,
    records,
    abort: (reason?: unknown) => {
      controller.abort(reason);
    },
  };
}

/** A vendor whose responses the test resolves. */
export function createStubVendor() {
  const calls: {
    readonly keys: readonly string[];
    readonly context: CallContext;
    readonly onFetched: OnFetched<string, string>;
  }[] = [];
  const responses: PromiseWithResolvers<readonly (FetchedValue<string> | NegativeResult | VendorError)[]>[] = [];
  return {
    calls,
    fetch: (keys: readonly string[], context: CallContext, onFetched: OnFetched<string, string>) => {
      calls.push({ keys, context, onFetched });
      const response = Promise.withResolvers<readonly (FetchedValue<string> | NegativeResult | VendorError)[]>();
      responses.push(response);
      return response.promise;
    },
    /** Reports one key of the n-th call, with its name in capitals, before the call is answered. */
    report: (n: number, key: string) => calls[n]?.onFetched(key, { value: key.toUpperCase(), ttlSeconds: 60 }),
    /** Resolves the n-th call (from 0) with each key's name in capitals. */
    answer: (n: number, ttlSeconds = 60) =>
      responses[n]?.resolve((calls[n]?.keys ?? []).map((key) => ({ value: key.toUpperCase(), ttlSeconds }))),
    answerWith: (n: number, outcomes: readonly (FetchedValue<string> | NegativeResult | VendorError)[]) =>
      responses[n]?.resolve(outcomes),
    fail: (n: number, error: Error) => responses[n]?.reject(error),
  };
}

export function vendorError(code: VendorErrorCode = 'VENDOR_UNAVAILABLE'): VendorError {
  return new VendorError({ vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint }, code, 'no');
}

export function fetching(value: string, ttlSeconds = 60) {
  return () => Promise.resolve([{ value, ttlSeconds }]);
}
export function failingWith(error: Error) {
  return () => Promise.reject(error);
}
export function unexpectedFetch() {
  return Promise.reject(new Error('the vendor was called'));
}
