import { describe, expect, test } from '@jest/globals';
import { fetchWithLease, type FetchResult } from './leased-fetch.ts';
import type { Leases } from './leases.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  createCaller,
  createTestCache as setUpCache,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

/** Leases of which other processes hold some. */
function createLeasesExcept(heldByOthers: readonly string[], ttlMs = 1000) {
  /** What became of those that were granted. */
  const ended: string[] = [];
  const leases: Leases = {
    ttlMs,
    acquire: (keys) =>
      Promise.resolve({
        granted: new Set(keys.filter((key) => !heldByOthers.includes(key))),
        release: (persisted, empty) => {
          ended.push(...persisted.map((key) => `${key} kept`), ...empty.map((key) => `${key} barren`));
        },
      }),
  };
  return { leases, ended };
}

/** A process that gets keys of which others are fetching some. */
function setUp(heldByOthers: readonly string[], ttlMs?: number) {
  const clock = manualClock();
  const { leases, ended } = createLeasesExcept(heldByOthers, ttlMs);
  const controller = new AbortController();
  const there = new Map<string, string>();
  /** When it was looked. */
  const looks: number[] = [];
  const fetches: { readonly keys: readonly string[]; readonly at: number }[] = [];
  const harvest = Promise.withResolvers<FetchResult<string>>();
  const get = (keys: readonly string[]) =>
    fetchWithLease(keys, {
      leases,
      clock,
      signal: controller.signal,
      read: (wanted) => {
        looks.push(clock.monotonicMs());
        return Promise.resolve(new Map([...there].filter(([key]) => wanted.includes(key))));
      },
      fetch: (wanted) => {
        fetches.push({ keys: wanted, at: clock.monotonicMs() });
        return harvest.promise;
      },
    });
  /** Ends the fetch with a value for each key. */
  const bring = (keys: readonly string[], kept = keys) => {
    harvest.resolve({ results: new Map(keys.map((key) => [key, `${key} own`])), persisted: Promise.resolve(kept) });
  };
  /** Lets time pass, a little at a time. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      await flushPromises();
      clock.advance(10);
    }
    await flushPromises();
  };
  return {
    get,
    there,
    looks,
    fetches,
    ended,
    bring,
    fail: harvest.reject,
    pass,
    abort: controller.abort.bind(controller),
  };
}

describe('what another process fetches', () => {
  test('is looked for soon at first, then less often, but never seldom', async () => {
    const { get, there, looks, pass } = setUp(['a']);
    const got = get(['a']);
    await pass(300);
    expect(looks).toEqual([0, 20, 60, 140, 220, 300]);
    there.set('a', 'another’s');
    await pass(80);
    expect(await got).toEqual(new Map([['a', 'another’s']]));
  });

  test('is waited for as long as a lease lasts and no longer', async () => {
    const { get, looks, fetches, bring, pass } = setUp(['a'], 60);
    const got = get(['a']);
    await pass(60);
    expect(looks).toEqual([0, 20]);
    expect(fetches).toEqual([{ keys: ['a'], at: 60 }]);
    bring(['a']);
    expect(await got).toEqual(new Map([['a', 'a own']]));
  });
});

describe('while another process is waited for', () => {
  test('an own fetch that fails is heard of in the end, and keeps nobody waiting', async () => {
    const { get, there, ended, fail, pass } = setUp(['b']);
    const got = rejectionOf(get(['a', 'b']));
    const error = vendorError();
    fail(error);
    await flushPromises();
    expect(ended).toEqual(['a barren']);
    there.set('b', 'another’s');
    await pass(20);
    expect(await got).toBe(error);
  });

  test('whoever stops waiting leaves no own fetch behind that is still going on', async () => {
    const { get, ended, bring, abort } = setUp(['b']);
    let isOver = false;
    const reason = new Error('gone');
    const got = rejectionOf(get(['a', 'b'])).finally(() => (isOver = true));
    await flushPromises();
    abort(reason);
    await flushPromises();
    expect(isOver).toBe(false);
    bring(['a']);
    expect(await got).toBe(reason);
    expect(ended).toEqual(['a kept']);
  });
});

test('what is there already when the lease is taken needs neither a fetch nor the lease', async () => {
  const { get, there, ended, fetches } = setUp([]);
  there.set('a', 'there');
  there.set('b', 'there');
  expect(await get(['a', 'b'])).toEqual(new Map([...there]));
  expect(ended).toEqual(['a kept', 'b kept']);
  expect(fetches).toEqual([]);
});

test('whoever has gone by the time the lease is taken fetches nothing', async () => {
  const { get, ended, fetches, abort } = setUp([]);
  const reason = new Error('gone');
  const got = rejectionOf(get(['a']));
  abort(reason);
  expect(await got).toBe(reason);
  expect(ended).toEqual(['a barren']);
  expect(fetches).toEqual([]);
});

describe('a lease ends as one whose value others can read, or as one that brought nothing', () => {
  test('each key by itself', async () => {
    const { get, ended, bring } = setUp([]);
    const got = get(['a', 'b']);
    bring(['a', 'b'], ['a']);
    await got;
    await flushPromises();
    expect(ended).toEqual(['a kept', 'b barren']);
  });

  test('by whether the cache keeps it', async () => {
    const { leases, ended } = createLeasesExcept([]);
    const { cache } = setUpCache({ leases });
    await cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, () =>
      Promise.resolve([{ value: 'A', ttlSeconds: 60 }, { value: 'B', ttlSeconds: 0 }, vendorError()]),
    );
    await flushPromises();
    expect(ended.map((end) => end.replace(/^.*"(.)"\]/, '$1'))).toEqual(['a kept', 'b barren', 'c barren']);
  });
});
