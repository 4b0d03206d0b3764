import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ACCOUNT,
  createCaller,
  createStubVendor,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAccountCache } from './account-cache.ts';
import type { CacheNamespace, FetchedValue } from './cache.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Entry, Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';

const { context } = createCaller();
function matchesAll() {
  return true;
}

describe('purge', () => {
  test('drops the entries that match from memory, and returns their ids', async () => {
    const { cache } = createTestCache();
    await cache.readMany(namespace, ['a', 'b'], context, () =>
      Promise.resolve(['A', 'B'].map((value) => ({ value, ttlSeconds: 60 }))),
    );
    expect(cache.purge((id) => id.endsWith('"a"]'))).toEqual([`${cache.idPrefix}"agentstatusdetails",1,"a"]`]);
    expect(cache.readInMemory(namespace, cache.entryId(namespace, 'a'), context)).toBeUndefined();
    expect(await cache.peek(namespace, ['a', 'b'])).toEqual([undefined, { value: 'B' }]);
  });

  test('lets those who wait for a fetch have it, and neither writes it nor lets later readers join', async () => {
    const { cache, clock } = createTestCache();
    const vendor = createStubVendor();
    const before = cache.readMany(namespace, ['a'], context, vendor.fetch);
    await flushPromises();
    cache.purge(matchesAll);
    clock.advance(1);
    const after = cache.readMany(namespace, ['a'], context, vendor.fetch);
    await flushPromises();
    expect(vendor.calls).toHaveLength(2);
    vendor.answerWith(1, [{ value: 'new', ttlSeconds: 60 }]);
    expect(await after).toMatchObject([{ value: 'new' }]);
    vendor.answerWith(0, [{ value: 'old', ttlSeconds: 60 }]);
    expect(await before).toMatchObject([{ value: 'old' }]);
    expect(await cache.readMany(namespace, ['a'], context, unexpectedFetch)).toMatchObject([{ value: 'new' }]);
  });

  test('holds for by-products of a call that began before', async () => {
    const { cache, clock } = createTestCache();
    const requestedAt = clock.now();
    clock.advance(1000);
    cache.purge(matchesAll);
    await cache.primeMany(namespace, [['a', { value: 'old', ttlSeconds: 60 }]], requestedAt);
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
    clock.advance(1);
    await cache.primeMany(namespace, [['a', { value: 'new', ttlSeconds: 60 }]], clock.now());
    expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'new' }]);
  });

  test('leaves nothing that replaces a failure of the vendor', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], context, fetching('old'));
    cache.purge(matchesAll);
    clock.advance(1);
    const [outcome] = await cache.readMany(namespace, ['a'], context, failingWith(vendorError()));
    expect(outcome).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
});

/** A store that other processes share: its replies are held back until `reply` is called. */
function createSlowStore() {
  const entries = new Map<string, Entry>();
  const held: (() => void)[] = [];
  const store: Store = {
    getMany(keys) {
      // As Redis reads when it gets the command.
      const found = keys.map((key) => entries.get(key));
      const { promise, resolve } = Promise.withResolvers<readonly (Entry | undefined)[]>();
      held.push(() => {
        resolve(found);
      });
      return promise;
    },
    set(key, entry) {
      entries.set(key, entry);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return { store, entries, reply: () => held.shift()?.() };
}

const numbers: CacheNamespace<string, number> = {
  endpoint: 'numbers',
  version: 1,
  keyParts: (name) => [name],
  isValid: (value) => typeof value === 'number',
};

type Action =
  | { readonly type: 'read' | 'readInMemory' | 'prime'; readonly key: string }
  | { readonly type: 'answer'; readonly nth: number }
  | { readonly type: 'reply' | 'purge' | 'settle' }
  | { readonly type: 'wait'; readonly ms: number };

const key = fc.constantFrom('a', 'b');
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('read' as const), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('readInMemory' as const, 'prime' as const), key }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('answer' as const), nth: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom('reply' as const, 'purge' as const, 'settle' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 500, 10_500, 60_000) }),
  },
);

/** The vendor's data changes with each purge: a value is the number of purges before its request was sent. */
async function run(actions: readonly Action[], isShared: boolean): Promise<number> {
  const clock = manualClock();
  const slow = createSlowStore();
  const memory = createMemoryStore(1_000_000);
  const store = isShared ? createTwoLevelStore(memory, slow.store, clock) : memory;
  const cache = createAccountCache({
    account: ACCOUNT,
    store,
    clock,
    staleIfErrorSeconds: 600,
    onRead: () => undefined,
  });
  const calls: (() => void)[] = [];
  const reading: Promise<unknown>[] = [];
  let purges = 0;
  let checked = 0;
  const check = (value: unknown, purgesBefore: number): void => {
    checked += 1;
    expect(value).toBeGreaterThanOrEqual(purgesBefore);
  };
  const fetch = (missing: readonly string[]): Promise<readonly FetchedValue<number>[]> => {
    const value = purges;
    const { promise, resolve } = Promise.withResolvers<readonly FetchedValue<number>[]>();
    calls.push(() => {
      resolve(missing.map(() => ({ value, ttlSeconds: 10 })));
    });
    return promise;
  };
  const perform = async (next: Action): Promise<void> => {
    const purgesBefore = purges;
    switch (next.type) {
      case 'read':
        reading.push(
          cache.readMany(numbers, [next.key], createCaller().context, fetch).then(([outcome]) => {
            check((outcome as { readonly value: unknown }).value, purgesBefore);
          }),
        );
        break;
      case 'readInMemory': {
        const found = cache.readInMemory(numbers, cache.entryId(numbers, next.key), context);
        if (found) check(found.value, purgesBefore);
        break;
      }
      case 'prime': {
        const requestedAt = clock.now();
        calls.push(() => {
          void cache.primeMany(numbers, [[next.key, { value: purgesBefore, ttlSeconds: 10 }]], requestedAt);
        });
        break;
      }
      case 'answer':
        calls.splice(next.nth, 1)[0]?.();
        break;
      case 'reply':
        slow.reply();
        break;
      case 'purge':
        purges += 1;
        cache.purge(matchesAll);
        // The rules in Redis: nothing that was requested before is read any more.
        slow.entries.clear();
        break;
      case 'wait':
        clock.advance(next.ms);
        break;
      case 'settle':
        await flushPromises();
    }
  };
  for (const next of actions) await perform(next);
  for (let left = 0; left < 20; left += 1) {
    slow.reply();
    await perform({ type: 'answer', nth: 0 });
    await flushPromises();
  }
  await Promise.all(reading);
  return checked;
}

test.each([
  ['memory', false],
  ['memory above a shared store', true],
])('never returns, from %s, what was requested before a purge to those who ask after it', async (_name, isShared) => {
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 6, maxLength: 20, size: 'max' }), async (actions) => {
      checked += await run(actions, isShared);
    }),
    { numRuns: 1000 },
  );
  expect(checked).toBeGreaterThan(1000);
});
