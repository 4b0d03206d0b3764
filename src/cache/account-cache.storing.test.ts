import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  PAST_SWR_MS,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import type { Account, VendorName } from '../domain/account.ts';
import type { CacheNamespace } from './cache.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Entry, Store } from './store.ts';

failOnUnhandledRejection();

describe('TTL', () => {
  test('serves a value from the cache, with its fetch time, until its TTL ends', async () => {
    const { cache, clock, reads } = createTestCache();
    const fetchedAt = clock.now();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(59_999);
    const caller = createCaller();
    expect(await cache.readMany(namespace, ['a'], caller.context, unexpectedFetch)).toMatchObject([
      { value: 'old', servedFrom: 'CACHE', fetchedAt },
    ]);
    expect(caller.records).toEqual([
      {
        account: 'kore-main',
        endpoint: 'agentstatusdetails',
        outcome: 'OK',
        servedFrom: 'CACHE',
        ms: 0,
        bytes: 0,
        keys: 1,
      },
    ]);
    clock.advance(PAST_SWR_MS);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('new'))).toMatchObject([
      { value: 'new', servedFrom: 'VENDOR', fetchedAt: clock.now() },
    ]);
    expect(reads).toEqual(['miss', 'hit', 'miss'].map((result) => `agentstatusdetails ${result} 1`));
  });

  test('caches nothing with a TTL of 0, not even for stale-if-error', async () => {
    const { cache } = createTestCache();
    const error = vendorError();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 0));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('fetches only the missing keys of a read', async () => {
    const { cache } = createTestCache();
    await cache.readMany(namespace, ['b'], createCaller().context, fetching('B'));
    const { fetch, answer, calls } = createStubVendor();
    const caller = createCaller();
    const read = cache.readMany(namespace, ['a', 'b', 'c'], caller.context, fetch);
    await flushPromises();
    answer(0);
    expect(await read).toMatchObject([
      { value: 'A', servedFrom: 'VENDOR' },
      { value: 'B', servedFrom: 'CACHE' },
      { value: 'C', servedFrom: 'VENDOR' },
    ]);
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'c']]);
    expect(caller.records.map(({ keys, servedFrom }) => [keys, servedFrom])).toEqual([[1, 'CACHE']]);
  });

  test('returns a value that was primed until its TTL ends', async () => {
    const { cache, clock } = createTestCache();
    await cache.primeMany(namespace, [['a', { value: 'A', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'A' },
    ]);
    await cache.primeMany(namespace, [['b', { value: 'B', ttlSeconds: 0 }]], clock.now());
    expect(await cache.readMany(namespace, ['b'], createCaller().context, fetching('second'))).toMatchObject([
      { value: 'second' },
    ]);
    clock.advance(PAST_SWR_MS);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('second'))).toMatchObject([
      { value: 'second' },
    ]);
  });

  test('keeps a value fetched after a long call began when that call’s by-products are primed', async () => {
    const { cache, clock } = createTestCache();
    const requestedAt = clock.now();
    clock.advance(1000);
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('newer'));
    clock.advance(1000);
    const entries = ['a', 'b'].map((key) => [key, { value: 'older', ttlSeconds: 60 }] as const);
    await cache.primeMany(namespace, entries, requestedAt);
    expect(await cache.readMany(namespace, ['a', 'b'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'newer' },
      { value: 'older' },
    ]);
    await cache.primeMany(namespace, [['a', { value: 'newest', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'newest' },
    ]);
    // A value fetched at the instant at which the call began counts as older.
    await cache.primeMany(namespace, [['a', { value: 'last', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'last' },
    ]);
  });
});

describe('validation of stored entries', () => {
  /** Creates a store that returns the same entry for every key. */
  function storeOf(entry: Partial<Entry>, clock: ManualClock): Store {
    const now = clock.now();
    const storedEntry = { value: 'stored', fetchedAt: now, freshUntil: now + 1000, expiresAt: now + 2000, ...entry };
    return {
      getMany: (keys) => Promise.resolve(keys.map(() => storedEntry)),
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  test('serves a stored value that passes validation', async () => {
    const clock = manualClock();
    const { cache } = createTestCache({ clock, store: storeOf({}, clock) });
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'stored' },
    ]);
  });

  test.each<[string, unknown]>([
    ['a number', 42],
    ['undefined', undefined],
    ['null', null],
    ['an object', { value: 'stored' }],
  ])('treats a stored value that fails validation as a miss: %s', async (_name, value) => {
    const clock = manualClock();
    const { cache } = createTestCache({ clock, store: storeOf({ value }, clock) });
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['b'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('does not serve a negative entry as stale-if-error', async () => {
    const clock = manualClock();
    const { cache } = createTestCache({
      clock,
      store: storeOf(
        { value: null, notFound: { message: 'no', reason: null, status: 404 }, freshUntil: clock.now() },
        clock,
      ),
    });
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('treats an empty result of the store as misses', async () => {
    const store: Store = {
      getMany: () => Promise.resolve([]),
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const { cache } = createTestCache({ store });
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
  });
});

describe('entry ids', () => {
  type Part = string | number | boolean | null;
  interface Identity {
    readonly vendor: VendorName;
    readonly account: string;
    readonly endpoint: string;
    readonly version: number;
    readonly key: readonly Part[];
  }

  /** Returns the entry id that a cache writes a key under. */
  async function entryIdIn(
    account: Account,
    ofNamespace: CacheNamespace<readonly Part[], string>,
    key: readonly Part[],
  ) {
    const ids: string[] = [];
    const store: Store = {
      getMany: () => Promise.resolve([]),
      set: (id) => Promise.resolve(void ids.push(id)),
      close: () => Promise.resolve(),
    };
    await createTestCache({ account, store }).cache.primeMany(ofNamespace, [[key, { value: 'x', ttlSeconds: 1 }]], 0);
    return ids[0];
  }

  // Characters that a naive way of joining parts would confuse.
  const text = fc.array(fc.constantFrom('a', 'b', ':', ',', '"', '\\', '[', ']', '\n', '|', '1', '\ud800', 'null'), {
    maxLength: 4,
  });
  const part: fc.Arbitrary<Part> = fc.oneof(
    text.map((parts) => parts.join('')),
    fc.integer({ min: -2, max: 2 }),
    fc.boolean(),
    fc.constant(null),
  );
  const identity: fc.Arbitrary<Identity> = fc.record({
    vendor: fc.constantFrom('KORE' as const, 'VONAGE' as const),
    account: text.map((parts) => parts.join('')),
    endpoint: text.map((parts) => parts.join('')),
    version: fc.integer({ min: 1, max: 2 }),
    key: fc.array(part, { maxLength: 3 }),
  });
  const entryIdOf = ({ vendor, account, endpoint, version, key }: Identity) =>
    entryIdIn({ vendor, name: account }, { ...namespace, endpoint, version, keyParts: (parts) => parts }, key);

  test('builds different entry ids for different accounts, endpoints, versions or keys, and equal ones for equal input', async () => {
    await fc.assert(
      fc.asyncProperty(identity, identity, async (a, b) => {
        const isEqual = JSON.stringify(a) === JSON.stringify(b);
        expect((await entryIdOf(a)) === (await entryIdOf(b))).toBe(isEqual);
        expect(await entryIdOf(a)).toBe(await entryIdOf(structuredClone(a)));
      }),
      { numRuns: 2000 },
    );
  });

  test('shares no entry between two accounts of one vendor in the same store', async () => {
    const store = createMemoryStore(1_000_000);
    const own = createTestCache({ store }).cache;
    const other = createTestCache({ store, account: { name: 'kore-test', vendor: 'KORE' } }).cache;
    await own.readMany(namespace, ['a'], createCaller().context, fetching('mine'));
    expect(await other.readMany(namespace, ['a'], createCaller().context, fetching('theirs'))).toMatchObject([
      { value: 'theirs' },
    ]);
  });
});
