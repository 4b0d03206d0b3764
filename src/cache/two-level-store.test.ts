import { expect, test } from '@jest/globals';
import type { Entry, Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';
import { manualClock } from '../../test/support/clock.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

/** A store that tells what it was asked. */
function mapStore() {
  const entries = new Map<string, Entry>();
  const asked: (readonly string[])[] = [];
  let closed = 0;
  const store: Store = {
    getMany(keys) {
      asked.push(keys);
      return Promise.resolve(keys.map((key) => entries.get(key)));
    },
    set: (key, entry) => Promise.resolve(void entries.set(key, entry)),
    close: () => Promise.resolve(void (closed += 1)),
  };
  return { store, entries, asked, closed: () => closed };
}

function entry(value: string, fetchedAt = NOW, ttl = 1000): Entry {
  return { value, fetchedAt, freshUntil: fetchedAt + ttl, expiresAt: fetchedAt + 100_000 };
}

function setUp() {
  const clock = manualClock(NOW);
  const [near, far] = [mapStore(), mapStore()];
  return { clock, near, far, both: createTwoLevelStore(near.store, far.store, clock) };
}

test('what is put is in both', async () => {
  const { near, far, both } = setUp();
  await both.set('a', entry('A'));
  expect([near, far].map(({ entries }) => entries.get('a'))).toEqual([entry('A'), entry('A')]);
});

test('what is fresh nearby is not asked for far away', async () => {
  const { near, far, both } = setUp();
  near.entries.set('a', entry('A'));
  expect(await both.getMany(['a'])).toEqual([entry('A')]);
  expect(far.asked).toEqual([]);
});

test('what is only far away is found, in its place, and kept nearby', async () => {
  const { near, far, both } = setUp();
  near.entries.set('b', entry('B'));
  far.entries.set('a', entry('A'));
  expect(await both.getMany(['a', 'b', 'c'])).toEqual([entry('A'), entry('B'), undefined]);
  expect(far.asked).toEqual([['a', 'c']]);
  expect(near.entries.get('a')).toEqual(entry('A'));
});

test('what another process has fetched anew counts more than what is past its time here', async () => {
  const { clock, near, far, both } = setUp();
  near.entries.set('a', entry('old'));
  clock.advance(1000);
  const renewed = entry('new', NOW + 500);
  far.entries.set('a', renewed);
  expect(await both.getMany(['a'])).toEqual([renewed]);
  expect(near.entries.get('a')).toEqual(renewed);
});

test('what is past its time here is kept if there is nothing younger far away', async () => {
  const { clock, near, far, both } = setUp();
  near.entries.set('a', entry('here'));
  near.entries.set('b', entry('here'));
  clock.advance(1000);
  far.entries.set('b', entry('older', NOW - 500));
  expect(await both.getMany(['a', 'b'])).toEqual([entry('here'), entry('here')]);
});

test('far away there may be no answer at all', async () => {
  const { near, both: _both } = setUp();
  const silent: Store = { ...near.store, getMany: () => Promise.resolve([]) };
  const both = createTwoLevelStore(near.store, silent, manualClock(NOW));
  near.entries.set('b', entry('B'));
  expect(await both.getMany(['a', 'b'])).toEqual([undefined, entry('B')]);
});

test('closing closes both', async () => {
  const { near, far, both } = setUp();
  await both.close();
  expect([near.closed(), far.closed()]).toEqual([1, 1]);
});
