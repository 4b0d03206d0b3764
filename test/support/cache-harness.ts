import { type AccountCacheOptions, createAccountCache } from '../../src/cache/account-cache.ts';
import type { FetchedValue, NegativeResult, CacheNamespace } from '../../src/cache/cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { VendorError, type VendorErrorCode } from '../../src/domain/vendor-error.ts';
import type { CallRecord, CallContext } from '../../src/http/types.ts';
import { type ManualClock, manualClock } from './clock.ts';

export const ACCOUNT = { name: 'kore-main', vendor: 'KORE' } as const;

export const STALE_IF_ERROR_SECONDS = 600;
/** Milliseconds after which an answer with 60 seconds to live is no longer served while it is fetched anew. */
export const PAST_SWR_MS = 66_000;

export const namespace: CacheNamespace<string, string> = {
  endpoint: 'agentstatusdetails',
  version: 1,
  keyParts: (key) => [key],
  isValid: (value): value is string => typeof value === 'string',
};

/** For whom Redis's tenth of a second is longer: a busy machine then changes nothing about who fetches what. */
export function toPatientClock(clock: Clock): Clock {
  return { ...clock, setTimer: (ms, callback) => clock.setTimer(ms === 100 ? 10_000 : ms, callback) };
}

/** Looks again and again until a condition holds: what goes over sockets takes its time. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  for (
    const end = Date.now() + withinMs;
    !(await condition());
    await new Promise((resolve) => setTimeout(resolve, 5))
  ) {
    if (Date.now() > end) throw new Error('it never came to that');
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

/** A caller: its scope, its way to go, and what it was told of calls. */
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

/** A vendor that answers when the test says so. */
export function createStubVendor() {
  const calls: { readonly keys: readonly string[]; readonly context: CallContext }[] = [];
  const answers: PromiseWithResolvers<readonly (FetchedValue<string> | NegativeResult | VendorError)[]>[] = [];
  return {
    calls,
    fetch: (keys: readonly string[], context: CallContext) => {
      calls.push({ keys, context });
      const answer = Promise.withResolvers<readonly (FetchedValue<string> | NegativeResult | VendorError)[]>();
      answers.push(answer);
      return answer.promise;
    },
    /** Answers the n-th call (from 0): every key with its own name in capitals. */
    answer: (n: number, ttlSeconds = 60) =>
      answers[n]?.resolve((calls[n]?.keys ?? []).map((key) => ({ value: key.toUpperCase(), ttlSeconds }))),
    answerWith: (n: number, outcomes: readonly (FetchedValue<string> | NegativeResult | VendorError)[]) =>
      answers[n]?.resolve(outcomes),
    fail: (n: number, error: Error) => answers[n]?.reject(error),
  };
}

export function vendorError(code: VendorErrorCode = 'VENDOR_UNAVAILABLE'): VendorError {
  return new VendorError({ vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint }, code, 'no');
}

export const fetching =
  (value: string, ttlSeconds = 60) =>
  () =>
    Promise.resolve([{ value, ttlSeconds }]);
export const failingWith = (error: Error) => () => Promise.reject(error);
export const unexpectedFetch = () => Promise.reject(new Error('the vendor was called'));
