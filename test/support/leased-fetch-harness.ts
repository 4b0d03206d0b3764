import { type FetchProgress, type FetchResult, fetchWithLease } from '../../src/cache/leased-fetch.ts';
import type { Leases } from '../../src/cache/leases.ts';
import { manualClock } from './clock.ts';
import { flushPromises } from './flush-promises.ts';

/** Creates leases of which other processes hold some. */
export function createLeasesExcept(heldByOthers: readonly string[], ttlMs = 1000) {
  /** How the granted leases were released. */
  const releases: string[] = [];
  const renewals: string[] = [];
  /** The keys whose holder waits for the rate limit. */
  const waits: (readonly [string, number])[] = [];
  const leases: Leases = {
    ttlMs,
    acquire: (keys) =>
      Promise.resolve({
        granted: new Set(keys.filter((key) => !heldByOthers.includes(key))),
        waitSeconds: new Map(waits),
        reportWait: (waiting, seconds) => {
          waits.push(...waiting.map((key) => [key, seconds] as const));
        },
        reportStart: (started) => {
          waits.push(...started.map((key) => [key, 0] as const));
        },
        renew: (renewed) => {
          renewals.push(renewed.join(' '));
        },
        release: (persisted, empty) => {
          releases.push(...persisted.map((key) => `${key} persisted`), ...empty.map((key) => `${key} empty`));
        },
      }),
  };
  return { leases, releases, renewals, waits };
}

/** Sets up a process that reads keys, some of which other processes are fetching. */
export function setUpLeasedFetch(
  heldByOthers: readonly string[],
  ttlMs?: number,
  waitUntilMs = (_key: string) => Infinity,
) {
  const clock = manualClock();
  const others = [...heldByOthers];
  const { leases, releases, renewals, waits } = createLeasesExcept(others, ttlMs);
  const controller = new AbortController();
  const stored = new Map<string, string>();
  /** The times of the polls. */
  const polls: number[] = [];
  const fetches: { readonly keys: readonly string[]; readonly at: number }[] = [];
  const fetchResult = Promise.withResolvers<FetchResult<string>>();
  /** The seconds that holders wait; 0 when their calls have started. */
  const holderWaits: (readonly [string, number])[] = [];
  let progress: FetchProgress | undefined;
  const get = (keys: readonly string[]) =>
    fetchWithLease(keys, {
      leases,
      clock,
      signal: controller.signal,
      read: (missing) => {
        polls.push(clock.monotonicMs());
        return Promise.resolve(new Map([...stored].filter(([key]) => missing.includes(key))));
      },
      holderWait: {
        waitUntilMs,
        onHolderWaits: (key, seconds) => holderWaits.push([key, seconds]),
        onHolderStarts: (key) => holderWaits.push([key, 0]),
        giveUp: (missing, seconds) => new Map(missing.map((key) => [key, `gave up, ${seconds.get(key) ?? 'no'} wait`])),
      },
      fetch: (missing, fetchProgress) => {
        progress = fetchProgress;
        fetches.push({ keys: missing, at: clock.monotonicMs() });
        return fetchResult.promise;
      },
    });
  /** Completes the fetch with a value for each key. */
  const complete = (keys: readonly string[], persistedKeys = keys) => {
    fetchResult.resolve({
      results: new Map(keys.map((key) => [key, `${key} own`])),
      persisted: Promise.resolve(persistedKeys),
    });
  };
  /** Advances the clock in small steps. */
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      await flushPromises();
      clock.advance(10);
    }
    await flushPromises();
  };
  return {
    get,
    stored,
    polls,
    fetches,
    releases,
    renewals,
    waits,
    holderWaits,
    progress: () => progress,
    /** Lets the leases of the other processes expire. */
    expireOthers: () => others.splice(0),
    pendingTimers: clock.pendingTimers,
    complete,
    fail: fetchResult.reject,
    advance,
    abort: controller.abort.bind(controller),
  };
}
