import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Space } from '../../src/cache/cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import type { Entry, Store } from '../../src/cache/store.ts';
import type { Account, VendorName } from '../../src/domain/account.ts';
import { VendorError, type VendorErrorCode } from '../../src/domain/vendor-error.ts';
import { rejection } from '../support/caught.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';
import {
  caller,
  failing,
  failOnUnhandled,
  fresh,
  never,
  PAST_GRACE,
  setUp,
  settle,
  space,
  STALE_SECONDS,
  vendor,
  vendorError,
} from './support.ts';

failOnUnhandled();

describe('one fetch for a key in the whole process', () => {
  test('two callers at once: one call, the same answer for both', async () => {
    const { cache, reads } = setUp();
    const { fetch, answer, calls } = vendor();
    const first = cache.readMany(space, ['a'], caller().scope, fetch);
    const second = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    answer(0);
    expect(await first).toEqual(await second);
    expect(await first).toMatchObject([{ value: 'A', servedFrom: 'VENDOR' }]);
    expect(calls).toHaveLength(1);
    expect(reads).toEqual(['agentstatusdetails joined 1', 'agentstatusdetails miss 1']);
  });

  test('fifty callers of overlapping keys: every key is asked for once', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const keysOf = (i: number) => ['a', `b${i % 5}`, `c${i}`];
    const all = Array.from({ length: 50 }, (_, i) => cache.readMany(space, keysOf(i), caller().scope, fetch));
    await settle();
    calls.forEach((_, n) => answer(n));
    const outcomes = await Promise.all(all);
    const values = outcomes.map((list) => list.map((one) => (one instanceof VendorError ? null : one.value)));
    expect(values).toEqual(outcomes.map((_, i) => keysOf(i).map((key) => key.toUpperCase())));
    const asked = calls.flatMap(({ keys }) => keys);
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
    expect(asked).toHaveLength(1 + 5 + 50);
  });

  test('a key asked for twice by one caller is fetched once, and answered twice, in order', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const read = cache.readMany(space, ['b', 'a', 'b'], caller().scope, fetch);
    await settle();
    answer(0);
    expect((await read).map((one) => !(one instanceof VendorError) && one.value)).toEqual(['B', 'A', 'B']);
    expect(calls.map(({ keys }) => keys)).toEqual([['b', 'a']]);
  });

  test('no keys: no call', async () => {
    const { cache } = setUp();
    expect(await cache.readMany(space, [], caller().scope, never)).toEqual([]);
  });

  test('a failure is shared with those who wait, and not kept', async () => {
    const { cache } = setUp();
    const { fetch, fail, calls } = vendor();
    const both = [1, 2].map(() => cache.readMany(space, ['a'], caller().scope, fetch));
    await settle();
    const error = vendorError();
    fail(0, error);
    expect(await Promise.all(both)).toEqual([[error], [error]]);
    expect(calls).toHaveLength(1);
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('again'))).toMatchObject([{ value: 'again' }]);
  });
});

describe('callers who go', () => {
  test('the one who began it goes: the others get their answer', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const begun = rejection(cache.readMany(space, ['a'], one.scope, fetch));
    const joined = cache.readMany(space, ['a'], two.scope, fetch);
    await settle();
    one.go(new Error('deadline of the request'));
    expect(await begun).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(calls[0]?.scope.signal.aborted).toBe(false);
    answer(0);
    expect(await joined).toMatchObject([{ value: 'A' }]);
  });

  test('one who joined goes: the one who began it gets the answer', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const begun = cache.readMany(space, ['a'], one.scope, fetch);
    const joined = rejection(cache.readMany(space, ['a'], two.scope, fetch));
    await settle();
    two.go();
    expect(await joined).toMatchObject({ reason: 'cancelled' });
    expect(calls[0]?.scope.signal.aborted).toBe(false);
    answer(0);
    expect(await begun).toMatchObject([{ value: 'A' }]);
  });

  test('the last one goes: the call is cancelled', async () => {
    const { cache } = setUp();
    const { fetch, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const both = [one, two].map(({ scope }) => rejection(cache.readMany(space, ['a'], scope, fetch)));
    await settle();
    one.go();
    expect(calls[0]?.scope.signal.aborted).toBe(false);
    two.go();
    expect(calls[0]?.scope.signal.aborted).toBe(true);
    expect(await Promise.all(both)).toMatchObject([{ reason: 'cancelled' }, { reason: 'cancelled' }]);
  });

  test('whoever comes after the last one has gone asks anew, though the cancelled call is not over yet', async () => {
    const { cache } = setUp();
    const { fetch, answer, fail, calls } = vendor();
    const one = caller();
    const gone = rejection(cache.readMany(space, ['a'], one.scope, fetch));
    await settle();
    one.go();
    const newcomer = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    expect(calls).toHaveLength(2);
    // The end of the cancelled call must not make the newer one be forgotten.
    fail(0, vendorError('VENDOR_TIMEOUT'));
    await gone;
    await settle();
    const third = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    expect(calls).toHaveLength(2);
    answer(1);
    expect(await newcomer).toMatchObject([{ value: 'A' }]);
    expect(await third).toMatchObject([{ value: 'A' }]);
  });

  test('one who waits for two calls goes: only the one that nobody else waits for is cancelled', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const kept = cache.readMany(space, ['a'], one.scope, fetch);
    const gone = rejection(cache.readMany(space, ['a', 'b'], two.scope, fetch));
    await settle();
    two.go();
    await gone;
    expect(calls.map(({ keys, scope }) => [keys, scope.signal.aborted])).toEqual([
      [['a'], false],
      [['b'], true],
    ]);
    answer(0);
    expect(await kept).toMatchObject([{ value: 'A' }]);
  });

  test('one who comes already gone begins nothing', async () => {
    const { cache } = setUp();
    const { fetch, calls } = vendor();
    const one = caller();
    one.go();
    expect(await rejection(cache.readMany(space, ['a'], one.scope, fetch))).toMatchObject({ reason: 'cancelled' });
    await settle();
    expect(calls).toHaveLength(0);
  });

  test('an answered call is not cancelled afterwards', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const one = caller();
    const read = cache.readMany(space, ['a'], one.scope, fetch);
    await settle();
    answer(0);
    await read;
    one.go();
    expect(calls[0]?.scope.signal.aborted).toBe(false);
  });
});

describe('outcomes', () => {
  test('every key has its own: one that fails takes no other along', async () => {
    const { cache } = setUp();
    const { fetch, answerWith } = vendor();
    const read = cache.readMany(space, ['a', 'b', 'c'], caller().scope, fetch);
    await settle();
    const error = vendorError('NOT_FOUND');
    answerWith(0, [{ value: 'A', ttlSeconds: 60 }, error, { value: 'C', ttlSeconds: 60 }]);
    expect(await read).toMatchObject([{ value: 'A' }, error, { value: 'C' }]);
    // Only the one that failed is asked for again.
    const again = vendor();
    const second = cache.readMany(space, ['a', 'b', 'c'], caller().scope, again.fetch);
    await settle();
    expect(again.calls.map(({ keys }) => keys)).toEqual([['b']]);
    again.answer(0);
    await second;
  });

  test('a VendorError thrown counts for every key', async () => {
    const { cache } = setUp();
    const error = vendorError();
    expect(await cache.readMany(space, ['a', 'b'], caller().scope, failing(error))).toEqual([error, error]);
  });

  test('`read` rejects with the VendorError', async () => {
    const { cache } = setUp();
    const error = vendorError();
    expect(await rejection(cache.read(space, 'a', caller().scope, () => Promise.reject(error)))).toBe(error);
  });

  test('a mistake in our own code is passed on to all who wait, and leaves nothing under way', async () => {
    const { cache } = setUp();
    const { fetch, fail } = vendor();
    const both = [1, 2].map(() => rejection(cache.readMany(space, ['a', 'b'], caller().scope, fetch)));
    await settle();
    const mistake = new TypeError('not a function');
    fail(0, mistake);
    expect(await Promise.all(both)).toEqual([mistake, mistake]);
    const again = await cache.read(space, 'a', caller().scope, () => Promise.resolve({ value: 'A', ttlSeconds: 1 }));
    expect(again).toMatchObject({ value: 'A' });
  });

  test('a mistake after everybody has gone brings nothing down', async () => {
    const { cache } = setUp();
    const { fetch, fail } = vendor();
    const one = caller();
    const gone = rejection(cache.readMany(space, ['a'], one.scope, fetch));
    await settle();
    one.go();
    await gone;
    fail(0, new TypeError('not a function'));
    await settle();
  });

  test('fewer answers than keys are a mistake', async () => {
    const { cache } = setUp();
    expect(await rejection(cache.readMany(space, ['a', 'b'], caller().scope, fresh('A')))).toBeInstanceOf(Error);
  });
});

describe('time to live', () => {
  test('up to it an answer comes from the cache, and says when it was fetched', async () => {
    const { cache, clock, reads } = setUp();
    const fetchedAt = clock.now();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(59_999);
    const one = caller();
    expect(await cache.readMany(space, ['a'], one.scope, never)).toMatchObject([
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
    clock.advance(PAST_GRACE);
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('new'))).toMatchObject([
      { value: 'new', servedFrom: 'VENDOR', fetchedAt: clock.now() },
    ]);
    expect(reads).toEqual(['miss', 'hit', 'miss'].map((result) => `agentstatusdetails ${result} 1`));
  });

  test('0 keeps nothing, not even for when the vendor fails', async () => {
    const { cache } = setUp();
    const error = vendorError();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 0));
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('only the missing ones of many are fetched', async () => {
    const { cache } = setUp();
    await cache.readMany(space, ['b'], caller().scope, fresh('B'));
    const { fetch, answer, calls } = vendor();
    const one = caller();
    const read = cache.readMany(space, ['a', 'b', 'c'], one.scope, fetch);
    await settle();
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
    const { cache, clock } = setUp();
    await cache.putMany(space, [['a', { value: 'A', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(space, ['a'], caller().scope, never)).toMatchObject([{ value: 'A' }]);
    await cache.putMany(space, [['b', { value: 'B', ttlSeconds: 0 }]], clock.now());
    expect(await cache.readMany(space, ['b'], caller().scope, fresh('anew'))).toMatchObject([{ value: 'anew' }]);
    clock.advance(PAST_GRACE);
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('anew'))).toMatchObject([{ value: 'anew' }]);
  });

  test('what a long call brought along does not replace what was fetched since it began', async () => {
    const { cache, clock } = setUp();
    const askedAt = clock.now();
    clock.advance(1000);
    await cache.readMany(space, ['a'], caller().scope, fresh('newer'));
    clock.advance(1000);
    const brought = ['a', 'b'].map((key) => [key, { value: 'older', ttlSeconds: 60 }] as const);
    await cache.putMany(space, brought, askedAt);
    expect(await cache.readMany(space, ['a', 'b'], caller().scope, never)).toMatchObject([
      { value: 'newer' },
      { value: 'older' },
    ]);
    await cache.putMany(space, [['a', { value: 'newest', ttlSeconds: 60 }]], clock.now());
    expect(await cache.readMany(space, ['a'], caller().scope, never)).toMatchObject([{ value: 'newest' }]);
  });
});

describe('while the vendor fails', () => {
  const BRIDGED: readonly VendorErrorCode[] = [
    'VENDOR_UNAVAILABLE',
    'VENDOR_TIMEOUT',
    'VENDOR_RATE_LIMITED',
    'VENDOR_BAD_RESPONSE',
  ];
  const NOT_BRIDGED: readonly VendorErrorCode[] = ['VENDOR_AUTH_FAILED', 'NOT_FOUND', 'VENDOR_REJECTED'];

  test.each(BRIDGED)('%s: the older answer is served, and says so', async (code) => {
    const { cache, clock, reads } = setUp();
    const fetchedAt = clock.now();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    const error = vendorError(code);
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([
      { value: 'old', fetchedAt, servedFrom: 'CACHE', staleBecause: error },
    ]);
    expect(reads).toEqual(['miss', 'miss', 'stale'].map((result) => `agentstatusdetails ${result} 1`));
  });

  test.each(NOT_BRIDGED)('%s is a refusal: no older answer is served', async (code) => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    const error = vendorError(code);
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('an older answer is served for so long and no longer', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(60_000 + STALE_SECONDS * 1000 - 1);
    const error = vendorError();
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toMatchObject([{ value: 'old' }]);
    clock.advance(1);
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('serving an older answer does not make it younger: the vendor is asked again the next time', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    await cache.readMany(space, ['a'], caller().scope, failing(vendorError()));
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('new'))).toMatchObject([{ value: 'new' }]);
  });

  test('where none may be served, none is', async () => {
    const { cache, clock } = setUp({ staleIfErrorSeconds: 0 });
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    const error = vendorError();
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });
});

describe('what is kept', () => {
  /** A store that gives the same for every key. */
  function storeOf(entry: Partial<Entry>, clock: ManualClock): Store {
    const now = clock.now();
    const whole = { value: 'kept', fetchedAt: now, freshUntil: now + 1000, keepUntil: now + 2000, ...entry };
    return {
      getMany: (keys) => Promise.resolve(keys.map(() => whole)),
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  test('is served when it is what it should be', async () => {
    const clock = manualClock();
    const { cache } = setUp({ clock, store: storeOf({}, clock) });
    expect(await cache.readMany(space, ['a'], caller().scope, never)).toMatchObject([{ value: 'kept' }]);
  });

  test.each<[string, unknown]>([
    ['a number', 42],
    ['nothing', undefined],
    ['null', null],
    ['an object', { value: 'kept' }],
  ])('is a miss when it is something else: %s', async (_name, value) => {
    const clock = manualClock();
    const { cache } = setUp({ clock, store: storeOf({ value }, clock) });
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
    const error = vendorError();
    expect(await cache.readMany(space, ['b'], caller().scope, failing(error))).toEqual([error]);
  });

  test('is a miss when the store gives nothing at all', async () => {
    const store: Store = {
      getMany: () => Promise.resolve([]),
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const { cache } = setUp({ store });
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
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
  async function nameUnder(account: Account, one: Space<readonly Part[], string>, key: readonly Part[]) {
    const names: string[] = [];
    const store: Store = {
      getMany: () => Promise.resolve([]),
      set: (name) => Promise.resolve(void names.push(name)),
      close: () => Promise.resolve(),
    };
    await setUp({ account, store }).cache.putMany(one, [[key, { value: 'x', ttlSeconds: 1 }]], 0);
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
  const nameOf = ({ vendor, account, endpoint, version, key }: Identity) =>
    nameUnder({ vendor, name: account }, { ...space, endpoint, version, canonical: (parts) => parts }, key);

  test('of different accounts, endpoints, versions or things never meet; equal ones always do', async () => {
    await fc.assert(
      fc.asyncProperty(identity, identity, async (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect((await nameOf(a)) === (await nameOf(b))).toBe(same);
        expect(await nameOf(a)).toBe(await nameOf(structuredClone(a)));
      }),
      { numRuns: 2000 },
    );
  });

  test('two accounts of one vendor share nothing, though they share a store', async () => {
    const store = createMemoryStore(1_000_000);
    const one = setUp({ store }).cache;
    const other = setUp({ store, account: { name: 'kore-test', vendor: 'KORE' } }).cache;
    await one.readMany(space, ['a'], caller().scope, fresh('mine'));
    expect(await other.readMany(space, ['a'], caller().scope, fresh('theirs'))).toMatchObject([{ value: 'theirs' }]);
  });
});
