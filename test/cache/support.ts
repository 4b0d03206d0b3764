import { type AccountCacheOptions, createAccountCache } from '../../src/cache/account-cache.ts';
import type { Fresh, NotFound, Space } from '../../src/cache/cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { VendorError, type VendorErrorCode } from '../../src/domain/vendor-error.ts';
import type { CallRecord, CallScope } from '../../src/http/call.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';

export const ACCOUNT = { name: 'kore-main', vendor: 'KORE' } as const;

export const STALE_SECONDS = 600;
/** Milliseconds after which an answer with 60 seconds to live is no longer served while it is fetched anew. */
export const PAST_GRACE = 66_000;

export const space: Space<string, string> = {
  endpoint: 'agentstatusdetails',
  version: 1,
  canonical: (key) => [key],
  isValue: (value): value is string => typeof value === 'string',
};

/** For whom Redis's tenth of a second is longer: a busy machine then changes nothing about who fetches what. */
export function patient(clock: Clock): Clock {
  return { ...clock, after: (ms, callback) => clock.after(ms === 100 ? 10_000 : ms, callback) };
}

/** Looks again and again until a condition holds: what goes over sockets takes its time. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() > end) throw new Error('it never came to that');
  }
}

export function setUp(options: Partial<AccountCacheOptions> = {}) {
  const clock: ManualClock = manualClock();
  const store = createMemoryStore(10_000_000);
  const reads: string[] = [];
  const cache = createAccountCache({
    account: ACCOUNT,
    store,
    clock,
    staleIfErrorSeconds: STALE_SECONDS,
    onRead: (endpoint, result, keys) => reads.push(`${endpoint} ${result} ${keys}`),
    ...options,
  });
  return { cache, clock, store, reads };
}

/** A caller: its scope, its way to go, and what it was told of calls. */
export function caller() {
  const controller = new AbortController();
  const records: CallRecord[] = [];
  const scope: CallScope = {
    signal: controller.signal,
    record: (call) => records.push(call),
    expires: () => undefined,
  };
  return {
    scope,
    records,
    go: (reason?: unknown) => {
      controller.abort(reason);
    },
  };
}

/** A vendor that answers when the test says so. */
export function vendor() {
  const calls: { readonly keys: readonly string[]; readonly scope: CallScope }[] = [];
  const answers: PromiseWithResolvers<readonly (Fresh<string> | NotFound | VendorError)[]>[] = [];
  return {
    calls,
    fetch: (keys: readonly string[], scope: CallScope) => {
      calls.push({ keys, scope });
      const answer = Promise.withResolvers<readonly (Fresh<string> | NotFound | VendorError)[]>();
      answers.push(answer);
      return answer.promise;
    },
    /** Answers the n-th call (from 0): every key with its own name in capitals. */
    answer: (n: number, ttlSeconds = 60) =>
      answers[n]?.resolve((calls[n]?.keys ?? []).map((key) => ({ value: key.toUpperCase(), ttlSeconds }))),
    answerWith: (n: number, outcomes: readonly (Fresh<string> | NotFound | VendorError)[]) =>
      answers[n]?.resolve(outcomes),
    fail: (n: number, error: Error) => answers[n]?.reject(error),
  };
}

export function vendorError(code: VendorErrorCode = 'VENDOR_UNAVAILABLE'): VendorError {
  return new VendorError({ vendor: 'KORE', account: 'kore-main', endpoint: space.endpoint }, code, 'no');
}

export const fresh =
  (value: string, ttlSeconds = 60) =>
  () =>
    Promise.resolve([{ value, ttlSeconds }]);
export const failing = (error: Error) => () => Promise.reject(error);
export const never = () => Promise.reject(new Error('the vendor was called'));
