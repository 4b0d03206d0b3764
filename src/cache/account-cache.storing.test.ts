import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CacheNamespace } from './cache.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Entry, Store } from './store.ts';
import type { Account, VendorName } from '../domain/account.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  createCaller,
  failingWith,
  fetching,
  unexpectedFetch,
  PAST_SWR_MS,
  createTestCache,
  namespace,
  createStubVendor,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

describe('time to live', () => {
  test('up to it an answer comes from the cache, and says when it was fetched', async () => {
    const { cache, clock, reads } = createTestCache();
    const fetchedAt = clock.now();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(59_999);
    const one = createCaller();
    expect(await cache.readMany(namespace, ['a'], one.context, unexpectedFetch)).toMatchObject([
      { value: 'old', servedFrom: 'CACHE', fetchedAt },
    ]);
    expect(one.records).toEqual([
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

  test('0 keeps nothing, not even for when the vendor fails', async () => {
    const { cache } = createTestCache();
    const error = vendorError();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 0));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('only the missing ones of many are fetched', async () => {
    const { cache } = createTestCache();
    await cache.readMany(namespace, ['b'], createCaller().context, fetching('B'));
    const { fetch, answer, calls } = createStubVendor();
    const one = createCaller();
    const read = cache.readMany(namespace, ['a', 'b', 'c'], one.context, fetch);
    await flushPromises();
    answer(0);
    expect(await read).toMatchObject([
      { value: 'A', servedFrom: 'VENDOR' },
      { value: 'B', servedFrom: 'CACHE' },
      { value: 'C', servedFrom: 'VENDOR' },
    ]);
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'c']]);
    expect(one.records.map(({ keys, servedFrom }) => [keys, servedFrom])).toEqual([[1, 'CACHE']]);
  });

  test('what a call brought along can be put, and is found', async () => {
    const { cache, clock } = createTestCache();
    await cache.primeMany(namespace, [['a', { value: 'A', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'A' },
    ]);
    await cache.primeMany(namespace, [['b', { value: 'B', ttlSeconds: 0 }]], clock.now());
    expect(await cache.readMany(namespace, ['b'], createCaller().context, fetching('anew'))).toMatchObject([
      { value: 'anew' },
    ]);
    clock.advance(PAST_SWR_MS);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('anew'))).toMatchObject([
      { value: 'anew' },
    ]);
  });

  test('what a long call brought along does not replace what was fetched since it began', async () => {
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
    // What came at the very moment at which the call began had come before it.
    await cache.primeMany(namespace, [['a', { value: 'after that', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'after that' },
    ]);
  });
});

describe('what is kept', () => {
  /** A store that gives the same for every key. */
  function storeOf(entry: Partial<Entry>, clock: ManualClock): Store {
    const now = clock.now();
    const whole = { value: 'kept', fetchedAt: now, freshUntil: now + 1000, expiresAt: now + 2000, ...entry };
    return {
      getMany: (keys) => Promise.resolve(keys.map(() => whole)),
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  test('is served when it is what it should be', async () => {
    const clock = manualClock();
    const { cache } = createTestCache({ clock, store: storeOf({}, clock) });
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'kept' },
    ]);
  });

  test.each<[string, unknown]>([
    ['a number', 42],
    ['nothing', undefined],
    ['null', null],
    ['an object', { value: 'kept' }],
  ])('is a miss when it is something else: %s', async (_name, value) => {
    const clock = manualClock();
    const { cache } = createTestCache({ clock, store: storeOf({ value }, clock) });
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('A'))).toMatchObject([
      { value: 'A' },
    ]);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['b'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('bridges no failure when it is no answer but that there is none', async () => {
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

  test('is a miss when the store gives nothing at all', async () => {
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

describe('keys', () => {
  type Part = string | number | boolean | null;
  interface Identity {
    readonly vendor: VendorName;
    readonly account: string;
    readonly endpoint: string;
    readonly version: number;
    readonly key: readonly Part[];
  }

  /** The name under which a cache keeps something. */
  async function entryIdIn(account: Account, one: CacheNamespace<readonly Part[], string>, key: readonly Part[]) {
    const names: string[] = [];
    const store: Store = {
      getMany: () => Promise.resolve([]),
      set: (name) => Promise.resolve(void names.push(name)),
      close: () => Promise.resolve(),
    };
    await createTestCache({ account, store }).cache.primeMany(one, [[key, { value: 'x', ttlSeconds: 1 }]], 0);
    return names[0];
  }

  // Everything that a careless way of joining parts would stumble over.
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

  test('of different accounts, endpoints, versions or things never meet; equal ones always do', async () => {
    await fc.assert(
      fc.asyncProperty(identity, identity, async (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect((await entryIdOf(a)) === (await entryIdOf(b))).toBe(same);
        expect(await entryIdOf(a)).toBe(await entryIdOf(structuredClone(a)));
      }),
      { numRuns: 2000 },
    );
  });

  test('two accounts of one vendor share nothing, though they share a store', async () => {
    const store = createMemoryStore(1_000_000);
    const one = createTestCache({ store }).cache;
    const other = createTestCache({ store, account: { name: 'kore-test', vendor: 'KORE' } }).cache;
    await one.readMany(namespace, ['a'], createCaller().context, fetching('mine'));
    expect(await other.readMany(namespace, ['a'], createCaller().context, fetching('theirs'))).toMatchObject([
      { value: 'theirs' },
    ]);
  });
});
