import { describe, expect, test } from '@jest/globals';
import { ACCOUNT, createCaller, createStubVendor, namespace } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { createCachePolicy } from '../request/request-context.ts';
import { createAccountCache } from './account-cache.ts';
import type { CacheNamespace, FetchedValue } from './cache.ts';
import { createMemoryStore } from './memory-store.ts';

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
  /** Reads keys, fetching the missing ones; returns for how many seconds the result may be reused. */
  const readMaxAge = async (keys: readonly string[], fetch: (key: string) => FetchedValue<string> | VendorError) => {
    const cachePolicy = createCachePolicy();
    const context = {
      signal: new AbortController().signal,
      record: () => undefined,
      restrictCache: cachePolicy.restrict,
    };
    await cache.readMany(namespace, keys, context, (missing) => Promise.resolve(missing.map(fetch)));
    const expiresAt = cachePolicy.expiresAt();
    return expiresAt === null ? null : (expiresAt - clock.now()) / 1000;
  };
  return { cache, clock, readMaxAge };
}

function succeed(ttlSeconds: number) {
  return (key: string) => ({ value: key, ttlSeconds });
}
function failWith(code: VendorErrorCode) {
  return () =>
    new VendorError({ vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' }, code, 'It failed');
}

describe('cache policy of a read', () => {
  test('allows reuse of a fetched value for its TTL', async () => {
    expect(await setUp().readMaxAge(['a'], succeed(60))).toBe(60);
  });

  test('allows reuse of a cached value for the rest of its TTL', async () => {
    const { readMaxAge, clock } = setUp();
    await readMaxAge(['a'], succeed(60));
    clock.advance(45_000);
    expect(await readMaxAge(['a'], succeed(60))).toBe(15);
  });

  test('allows reuse of several values for the shortest of their TTLs', async () => {
    const { readMaxAge, clock } = setUp();
    await readMaxAge(['a'], succeed(60));
    clock.advance(45_000);
    expect(await readMaxAge(['a', 'b'], succeed(60))).toBe(15);
    expect(await readMaxAge(['b', 'c'], succeed(5))).toBe(5);
  });

  test('allows no reuse of a value with a TTL of 0', async () => {
    expect(await setUp().readMaxAge(['a'], succeed(0))).toBe(0);
  });

  test('invites to ask again in a second after a failure', async () => {
    expect(await setUp().readMaxAge(['a'], failWith('VENDOR_AUTH_FAILED'))).toBe(1);
  });

  test.each(['aborts before the read', 'aborts while it waits', 'meets a programming error'])(
    'allows no reuse when the caller %s',
    async (event) => {
      const { cache, clock } = setUp();
      const { restrict, expiresAt } = createCachePolicy();
      const { fetch, fail } = createStubVendor();
      const caller = createCaller();
      if (event === 'aborts before the read') caller.abort();
      const read = rejectionOf(cache.readMany(namespace, ['a'], { ...caller.context, restrictCache: restrict }, fetch));
      await flushPromises();
      if (event === 'aborts while it waits') caller.abort();
      fail(0, new TypeError('not a function'));
      await read;
      expect(expiresAt()).toBe(clock.now());
    },
  );

  test('invites to ask again in a second after a value served stale-if-error', async () => {
    const { readMaxAge, clock } = setUp();
    await readMaxAge(['a'], succeed(60));
    clock.advance(61_000);
    expect(await readMaxAge(['a'], failWith('VENDOR_UNAVAILABLE'))).toBe(1);
  });

  test('restricts the cache policy of readers that join a fetch, too', async () => {
    const { readMaxAge } = setUp();
    expect(await Promise.all([readMaxAge(['a'], succeed(60)), readMaxAge(['a'], succeed(0))])).toEqual([60, 60]);
  });

  test('leaves the cache policy alone for a read without keys', async () => {
    expect(await setUp().readMaxAge([], succeed(60))).toBeNull();
  });
});

describe('peek', () => {
  test('peek returns fresh values in the order of the keys and fetches nothing', async () => {
    const { cache, readMaxAge } = setUp();
    await readMaxAge(['a', 'b'], succeed(60));
    expect(await cache.peek(namespace, ['b', 'x', 'a'])).toEqual([{ value: 'b' }, undefined, { value: 'a' }]);
  });

  test('peek returns undefined for a value past its TTL, even within stale-if-error', async () => {
    const { cache, clock, readMaxAge } = setUp();
    await readMaxAge(['a'], succeed(60));
    clock.advance(59_999);
    expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'a' }]);
    clock.advance(1);
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
  });

  test('peek does not wait for a fetch in flight', async () => {
    const { cache } = setUp();
    const context = { signal: new AbortController().signal, record: () => undefined, restrictCache: () => undefined };
    const { promise, resolve } = Promise.withResolvers<FetchedValue<string>>();
    const reading = cache.read(namespace, 'a', context, () => promise);
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
    resolve({ value: 'a', ttlSeconds: 60 });
    expect(await reading).toMatchObject({ value: 'a' });
  });

  test('peek returns undefined for a value that fails validation', async () => {
    const { cache, readMaxAge } = setUp();
    await readMaxAge(['a'], succeed(60));
    const { endpoint, version, keyParts } = namespace;
    const other: CacheNamespace<string, number> = {
      endpoint,
      version,
      keyParts,
      isValid: (value): value is number => typeof value === 'number',
    };
    expect(await cache.peek(other, ['a'])).toEqual([undefined]);
  });
});
