import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import type { Entry, Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

/** Creates a store that records its reads. */
function mapStore() {
  const entries = new Map<string, Entry>();
  const reads: (readonly string[])[] = [];
  let closed = 0;
  const store: Store = {
    getMany(keys) {
      reads.push(keys);
      return Promise.resolve(keys.map((key) => entries.get(key)));
    },
    set: (key, value) => Promise.resolve(void entries.set(key, value)),
    close: () => Promise.resolve(void (closed += 1)),
  };
  return { store, entries, reads, closed: () => closed };
}

function entry(value: string, fetchedAt = NOW, ttl = 1000): Entry {
  return { value, fetchedAt, freshUntil: fetchedAt + ttl, expiresAt: fetchedAt + 100_000 };
}

function setUp() {
  const clock = manualClock(NOW);
  const [local, remote] = [mapStore(), mapStore()];
  return { clock, local, remote, both: createTwoLevelStore(local.store, remote.store, clock) };
}

test('peeks into memory alone', () => {
  const { local, remote, both, clock } = setUp();
  const peek = (key: string) => (key === 'a' ? entry('A') : undefined);
  const peeking = createTwoLevelStore({ ...local.store, peek }, remote.store, clock);
  expect([peeking.peek?.('a'), peeking.peek?.('b'), both.peek?.('a')]).toEqual([entry('A'), undefined, undefined]);
  expect([local.reads, remote.reads]).toEqual([[], []]);
});

test('writes an entry to both stores', async () => {
  const { local, remote, both } = setUp();
  await both.set('a', entry('A'));
  expect([local, remote].map(({ entries }) => entries.get('a'))).toEqual([entry('A'), entry('A')]);
});

test('does not read a fresh local entry from the remote store', async () => {
  const { local, remote, both } = setUp();
  local.entries.set('a', entry('A'));
  expect(await both.getMany(['a'])).toEqual([entry('A')]);
  expect(remote.reads).toEqual([]);
});

test('returns a remote entry in its place and copies it to the local store', async () => {
  const { local, remote, both } = setUp();
  local.entries.set('b', entry('B'));
  remote.entries.set('a', entry('A'));
  expect(await both.getMany(['a', 'b', 'c'])).toEqual([entry('A'), entry('B'), undefined]);
  expect(remote.reads).toEqual([['a', 'c']]);
  expect(local.entries.get('a')).toEqual(entry('A'));
});

test('prefers a younger remote entry to a local one past its TTL', async () => {
  const { clock, local, remote, both } = setUp();
  local.entries.set('a', entry('old'));
  clock.advance(1000);
  const renewed = entry('new', NOW + 500);
  remote.entries.set('a', renewed);
  expect(await both.getMany(['a'])).toEqual([renewed]);
  expect(local.entries.get('a')).toEqual(renewed);
});

test('keeps a local entry past its TTL without a younger remote one', async () => {
  const { clock, local, remote, both } = setUp();
  local.entries.set('a', entry('here'));
  local.entries.set('b', entry('here'));
  clock.advance(1000);
  remote.entries.set('b', entry('older', NOW - 500));
  expect(await both.getMany(['a', 'b'])).toEqual([entry('here'), entry('here')]);
});

test('returns local entries when the remote store returns nothing', async () => {
  const { clock, local } = setUp();
  const emptyRemote: Store = { ...local.store, getMany: () => Promise.resolve([]) };
  const both = createTwoLevelStore(local.store, emptyRemote, clock);
  local.entries.set('b', entry('B'));
  expect(await both.getMany(['a', 'b'])).toEqual([undefined, entry('B')]);
});

test('closes both stores', async () => {
  const { local, remote, both } = setUp();
  await both.close();
  expect([local.closed(), remote.closed()]).toEqual([1, 1]);
});

test('ignores an entry of a process whose clock is ahead, so that it is not fresh for too long', async () => {
  const { local, remote, both } = setUp();
  remote.entries.set('ahead', entry('A', NOW + 3_600_000));
  remote.entries.set('accurate', entry('B', NOW + 1000));
  expect(await both.getMany(['ahead', 'accurate'])).toEqual([undefined, entry('B', NOW + 1000)]);
  expect([...local.entries.keys()]).toEqual(['accurate']);
});

test('keeps no entry that it reads from the remote store while a purge drops it', async () => {
  const { local, remote, clock } = setUp();
  const reading = Promise.withResolvers<readonly Entry[]>();
  const dropped: string[] = [];
  const both = createTwoLevelStore(
    { ...local.store, drop: (matches) => dropped.splice(0, 0, ...['a', 'b'].filter(matches)) },
    { ...remote.store, getMany: () => reading.promise },
    clock,
  );
  const read = both.getMany(['a', 'b']);
  await Promise.resolve();
  both.drop?.((key) => key === 'a');
  reading.resolve([entry('A'), entry('B')]);
  expect(await read).toEqual([undefined, entry('B')]);
  expect([[...local.entries.keys()], dropped]).toEqual([['b'], ['a']]);
});
