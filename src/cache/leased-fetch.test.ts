import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache as setUpCache,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { type FetchProgress, type FetchResult, fetchWithLease } from './leased-fetch.ts';
import type { Leases } from './leases.ts';

failOnUnhandledRejection();

/** Creates leases of which other processes hold some. */
function createLeasesExcept(heldByOthers: readonly string[], ttlMs = 1000) {
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
function setUp(heldByOthers: readonly string[], ttlMs?: number, waitUntilMs = (_key: string) => Infinity) {
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

describe('a key that another process is fetching', () => {
  test('polls for the other process’s value at 20 ms first, then up to every 240 ms', async () => {
    const { get, stored, polls, advance } = setUp(['a']);
    const read = get(['a']);
    await advance(800);
    expect(polls).toEqual([0, 20, 60, 140, 300, 540, 780]);
    stored.set('a', 'another’s');
    await advance(240);
    expect(await read).toEqual(new Map([['a', 'another’s']]));
  });

  test('waits for as long as the other process holds the lease, and fetches the key once it has expired', async () => {
    const { get, fetches, complete, advance, expireOthers } = setUp(['a'], 60);
    const read = get(['a']);
    await advance(10_000);
    expect(fetches).toEqual([]);
    expireOthers();
    await advance(240);
    expect(fetches).toMatchObject([{ keys: ['a'] }]);
    complete(['a']);
    expect(await read).toEqual(new Map([['a', 'a own']]));
  });
});

describe('a holder that waits for the rate limit', () => {
  test('is reported once for each key, and when its call has started', async () => {
    const { get, waits, holderWaits, advance, stored } = setUp(['a', 'b']);
    const read = get(['a', 'b']);
    await advance(100);
    waits.push(['a', 40]);
    await advance(1000);
    expect(holderWaits).toEqual([['a', 40]]);
    waits.pop();
    await advance(1000);
    expect(holderWaits.slice(1)).toEqual([['a', 0]]);
    stored.set('a', 'late').set('b', 'late');
    await advance(240);
    await read;
  });

  test('is waited for as long as each key has a reader', async () => {
    const { get, advance, stored } = setUp(['a', 'b'], 1000, (key) => (key === 'b' ? 1500 : 5000));
    const read = get(['a', 'b']);
    await advance(1600);
    stored.set('a', 'late').set('b', 'late');
    await advance(300);
    expect(Object.fromEntries(await read)).toEqual({ a: 'late', b: 'gave up, no wait' });
  });

  test('is waited for until the deadline of the caller', async () => {
    const { get, waits, advance, polls, pendingTimers } = setUp(['a', 'b'], 1000, () => 1500);
    waits.push(['a', 40]);
    const read = get(['a', 'b']);
    await advance(1500);
    expect(Object.fromEntries(await read)).toEqual({ a: 'gave up, 40 wait', b: 'gave up, no wait' });
    expect(polls.at(-1)).toBe(1500);
    expect(pendingTimers()).toBe(0);
  });

  test('reports its wait and its start to other processes', async () => {
    const { get, waits, progress, complete, advance } = setUp([]);
    const read = get(['a', 'b']);
    await advance(10);
    progress()?.waiting(['b'], 40);
    for (const keys of [['a', 'b'], ['b']]) progress()?.started(keys);
    expect(Object.fromEntries(waits.entries())).toEqual({ 0: ['b', 40], 1: ['b', 0] });
    complete(['a', 'b']);
    await read;
  });
});

test('releases a settled key with the next renewal while the fetch of others continues', async () => {
  const { get, progress, complete, advance, releases, renewals } = setUp([], 1000);
  const read = get(['a', 'b', 'c']);
  await advance(10);
  progress()?.settled('a', true);
  progress()?.settled('b', false);
  expect(releases).toEqual([]);
  await advance(500);
  expect([releases, renewals]).toEqual([
    ['a persisted', 'b empty'],
    ['c', 'c', 'c', 'c'],
  ]);
  complete(['a', 'b', 'c']);
  await read;
  await flushPromises();
  expect(releases).toEqual(['a persisted', 'b empty', 'c persisted']);
});

describe('renewal of leases', () => {
  test('renews its leases eight times per TTL until its values are persisted', async () => {
    const { get, complete, advance, renewals, pendingTimers } = setUp([], 1000);
    const read = get(['a', 'b']);
    await advance(2000);
    expect(renewals).toEqual(Array(16).fill('a b'));
    complete(['a', 'b']);
    await read;
    await advance(1000);
    expect(renewals).toHaveLength(16);
    expect(pendingTimers()).toBe(0);
  });

  test('ends with a fetch that fails', async () => {
    const { get, fail, renewals, advance, pendingTimers } = setUp([], 1000);
    const read = rejectionOf(get(['a']));
    await advance(125);
    fail(vendorError());
    await read;
    expect(renewals).toEqual(['a']);
    expect(pendingTimers()).toBe(0);
  });
});

describe('a fetch of its own during the wait', () => {
  test('rejects with the failure of its own fetch, after releasing its lease immediately', async () => {
    const { get, stored, releases, fail, advance } = setUp(['b']);
    const read = rejectionOf(get(['a', 'b']));
    const error = vendorError();
    fail(error);
    await flushPromises();
    expect(releases).toEqual(['a empty']);
    stored.set('b', 'another’s');
    await advance(20);
    expect(await read).toBe(error);
  });

  test('waits for its own fetch to end after an abort', async () => {
    const { get, releases, complete, abort } = setUp(['b']);
    let isSettled = false;
    const reason = new Error('aborted');
    const read = rejectionOf(get(['a', 'b'])).finally(() => (isSettled = true));
    await flushPromises();
    abort(reason);
    await flushPromises();
    expect(isSettled).toBe(false);
    complete(['a']);
    expect(await read).toBe(reason);
    expect(releases).toEqual(['a persisted']);
  });
});

test('releases the lease without a fetch when the value already exists', async () => {
  const { get, stored, releases, fetches } = setUp([]);
  stored.set('a', 'stored');
  stored.set('b', 'stored');
  expect(await get(['a', 'b'])).toEqual(new Map([...stored]));
  expect(releases).toEqual(['a persisted', 'b persisted']);
  expect(fetches).toEqual([]);
});

test('releases the lease without a fetch when the caller has aborted by then', async () => {
  const { get, releases, fetches, abort } = setUp([]);
  const reason = new Error('aborted');
  const read = rejectionOf(get(['a']));
  abort(reason);
  expect(await read).toBe(reason);
  expect(releases).toEqual(['a empty']);
  expect(fetches).toEqual([]);
});

describe('release of leases', () => {
  test('releases each key as persisted or empty by itself', async () => {
    const { get, releases, complete } = setUp([]);
    const read = get(['a', 'b']);
    complete(['a', 'b'], ['a']);
    await read;
    await flushPromises();
    expect(releases).toEqual(['a persisted', 'b empty']);
  });

  test('releases a key as persisted only when the cache stores its value', async () => {
    const { leases, releases } = createLeasesExcept([]);
    const { cache } = setUpCache({ leases });
    await cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, () =>
      Promise.resolve([{ value: 'A', ttlSeconds: 60 }, { value: 'B', ttlSeconds: 0 }, vendorError()]),
    );
    await flushPromises();
    expect(releases.map((release) => release.replace(/^.*"(.)"\]/, '$1'))).toEqual([
      'a persisted',
      'b empty',
      'c empty',
    ]);
  });
});
