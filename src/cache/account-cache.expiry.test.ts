import { describe, expect, test } from '@jest/globals';
import { createAccountCache } from './account-cache.ts';
import type { FetchedValue, CacheNamespace } from './cache.ts';
import { createMemoryStore } from './memory-store.ts';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { createCachePolicy } from '../request/request-context.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { ACCOUNT, createCaller, namespace, createStubVendor } from '../../test/support/cache-harness.ts';

function setUp() {
  const clock = manualClock();
  const store = createMemoryStore(1_000_000);
  const cache = createAccountCache({
    account: ACCOUNT,
    store,
    clock,
    staleIfErrorSeconds: 600,
    onRead: () => undefined,
  });
  /** Asks for keys, those missing being fetched so; tells for how many seconds the answer may be kept. */
  const ask = async (keys: readonly string[], fetch: (key: string) => FetchedValue<string> | VendorError) => {
    const shelfLife = createCachePolicy();
    const context = {
      signal: new AbortController().signal,
      record: () => undefined,
      restrictCache: shelfLife.restrict,
    };
    await cache.readMany(namespace, keys, context, (missing) => Promise.resolve(missing.map(fetch)));
    const until = shelfLife.expiresAt();
    return until === null ? null : (until - clock.now()) / 1000;
  };
  return { cache, clock, ask };
}

const lives = (ttlSeconds: number) => (key: string) => ({ value: key, ttlSeconds });
const fails = (code: VendorErrorCode) => () =>
  new VendorError({ vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' }, code, 'It failed');

describe('for how long an answer may be kept', () => {
  test('what was just stored: its time to live', async () => {
    expect(await setUp().ask(['a'], lives(60))).toBe(60);
  });

  test('what was kept: the rest of it', async () => {
    const { ask, clock } = setUp();
    await ask(['a'], lives(60));
    clock.advance(45_000);
    expect(await ask(['a'], lives(60))).toBe(15);
  });

  test('of several parts the shortest-lived counts', async () => {
    const { ask, clock } = setUp();
    await ask(['a'], lives(60));
    clock.advance(45_000);
    expect(await ask(['a', 'b'], lives(60))).toBe(15);
    expect(await ask(['b', 'c'], lives(5))).toBe(5);
  });

  test('what has no time to live: not at all', async () => {
    expect(await setUp().ask(['a'], lives(0))).toBe(0);
  });

  test('what failed: not at all', async () => {
    expect(await setUp().ask(['a'], fails('VENDOR_AUTH_FAILED'))).toBe(0);
  });

  test.each(['goes before it asks', 'goes while it waits', 'meets a mistake of our own'])(
    'what is not told to whoever %s: not at all',
    async (what) => {
      const { cache, clock } = setUp();
      const { restrict, expiresAt } = createCachePolicy();
      const { fetch, fail } = createStubVendor();
      const one = createCaller();
      if (what === 'goes before it asks') one.abort();
      const read = rejectionOf(cache.readMany(namespace, ['a'], { ...one.context, restrictCache: restrict }, fetch));
      await flushPromises();
      if (what === 'goes while it waits') one.abort();
      fail(0, new TypeError('not a function'));
      await read;
      expect(expiresAt()).toBe(clock.now());
    },
  );

  test('what is served although it is old: its time has passed', async () => {
    const { ask, clock } = setUp();
    await ask(['a'], lives(60));
    clock.advance(61_000);
    expect(await ask(['a'], fails('VENDOR_UNAVAILABLE'))).toBe(-1);
  });

  test('whoever joins a fetch is told as well', async () => {
    const { ask } = setUp();
    expect(await Promise.all([ask(['a'], lives(60)), ask(['a'], lives(0))])).toEqual([60, 60]);
  });

  test('without a question there is nothing to tell', async () => {
    expect(await setUp().ask([], lives(60))).toBeNull();
  });
});

describe('a look at what is kept', () => {
  test('tells of what is fresh, in the order of the keys, and fetches nothing', async () => {
    const { cache, ask } = setUp();
    await ask(['a', 'b'], lives(60));
    expect(await cache.peek(namespace, ['b', 'x', 'a'])).toEqual([{ value: 'b' }, undefined, { value: 'a' }]);
  });

  test('says nothing of what is no longer fresh, though it might still bridge a failure', async () => {
    const { cache, clock, ask } = setUp();
    await ask(['a'], lives(60));
    clock.advance(59_999);
    expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'a' }]);
    clock.advance(1);
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
  });

  test('does not wait for a fetch that is under way', async () => {
    const { cache } = setUp();
    const context = { signal: new AbortController().signal, record: () => undefined, restrictCache: () => undefined };
    const { promise, resolve } = Promise.withResolvers<FetchedValue<string>>();
    const reading = cache.read(namespace, 'a', context, () => promise);
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
    resolve({ value: 'a', ttlSeconds: 60 });
    expect(await reading).toMatchObject({ value: 'a' });
  });

  test('sees no value of another form', async () => {
    const { cache, ask } = setUp();
    await ask(['a'], lives(60));
    const other: CacheNamespace<string, number> = {
      ...namespace,
      isValid: (value): value is number => typeof value === 'number',
    };
    expect(await cache.peek(other, ['a'])).toEqual([undefined]);
  });
});
