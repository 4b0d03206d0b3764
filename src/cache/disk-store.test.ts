import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { controlledThread, finalEntry } from '../../test/support/disk-harness.ts';
import { MAX_DISK_BYTES, setUpDiskStores } from '../../test/support/disk-store-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';

const MINUTE_MS = 60_000;
const { newPath, open, stores } = setUpDiskStores();

describe('entries', () => {
  test('are found by the next store on the file, with their dates', async () => {
    const path = newPath();
    const first = open({ path });
    const entry = finalEntry({ text: 'ж' }, first.clock.now());
    await first.store.set('a', entry);
    await stores.pop()?.close();
    const clock = manualClock(first.clock.now() + MINUTE_MS);
    const { store, reports } = open({ path, clock });
    expect(await store.getMany(['b', 'a'])).toEqual([undefined, { key: 'a', ...entry }]);
    expect(reports).toEqual([]);
  });

  test('are kept if they are final or fresh for ten minutes', async () => {
    const { store, clock, written, valuesOf } = open();
    const now = clock.now();
    const entryOf = (minutes: number, isFinal?: boolean) => {
      const freshUntil = now + minutes * MINUTE_MS;
      return { value: minutes, isFinal, fetchedAt: now, freshUntil, expiresAt: freshUntil + MINUTE_MS };
    };
    for (const minutes of [9, 10]) void store.set(`${minutes}`, entryOf(minutes));
    void store.set('final', entryOf(1, true));
    await written();
    expect(await valuesOf('9', '10', 'final')).toEqual([undefined, 10, 1]);
  });

  test('are read in several messages, whatever their number and size', async () => {
    const { store, clock, written, valuesOf } = open();
    const keys = Array.from({ length: 1200 }, (_, index) => `key ${index}`);
    keys.forEach((key, index) => {
      if (index % 2 === 0) void store.set(key, finalEntry(key.padEnd(index), clock.now()));
    });
    await written();
    expect(await valuesOf(...keys)).toEqual(
      keys.map((key, index) => (index % 2 === 0 ? key.padEnd(index) : undefined)),
    );
  });

  test('keep their age where the wall clock was set before they were written', async () => {
    const path = newPath();
    const first = open({ path });
    const entry = finalEntry('A', first.clock.now());
    first.clock.setWallClock(first.clock.now() + 60 * MINUTE_MS);
    void first.store.set('a', entry);
    await stores.pop()?.close();
    const { store, clock } = open({ path, clock: manualClock(first.clock.now() + 10 * MINUTE_MS) });
    const [found] = await store.getMany(['a']);
    expect(clock.now() - (found?.fetchedAt ?? 0)).toBe(10 * MINUTE_MS);
  });

  test('are misses once they have expired, and are removed within a minute', async () => {
    const { store, clock, written, valuesOf } = open();
    const entry = finalEntry('A', clock.now());
    void store.set('a', entry);
    void store.set('b', { ...entry, expiresAt: entry.expiresAt + 10 * MINUTE_MS });
    await written();
    expect(store.use()).toMatchObject({ entries: 2, maxBytes: MAX_DISK_BYTES });
    clock.advance(entry.expiresAt - MINUTE_MS - clock.now());
    expect(await valuesOf('a', 'b')).toEqual(['A', 'A']);
    clock.advance(MINUTE_MS);
    expect(await valuesOf('a', 'b')).toEqual([undefined, 'A']);
    await written();
    clock.advance(MINUTE_MS);
    await written();
    expect(store.use()).toMatchObject({ entries: 1, evictions: 0 });
  });

  test('are dropped at once, also those that are not written yet; a younger one is kept', async () => {
    const path = newPath();
    const { store, clock, written, valuesOf } = open({ path });
    const set = (key: string) => void store.set(key, finalEntry(key, clock.now()));
    set('a');
    set('b');
    await written();
    set('c');
    const isDropped = (key: string) => key !== 'b';
    expect(store.drop?.(isDropped)).toEqual([]);
    expect(await valuesOf('a', 'b', 'c')).toEqual([undefined, 'b', undefined]);
    expect(await store.settlePurges()).toBe(true);
    expect(store.use().entries).toBe(1);
    clock.advance(1);
    set('a');
    await written();
    expect(await valuesOf('a')).toEqual(['a']);
  });

  test('are written before the store is closed', async () => {
    const path = newPath();
    const { store, clock } = open({ path });
    const keys = Array.from({ length: 300 }, (_, index) => `key ${index}`);
    for (const key of keys) void store.set(key, finalEntry('x'.repeat(10_000), clock.now()));
    await stores.pop()?.close();
    const found = await open({ path }).store.getMany(keys);
    expect(found.filter(Boolean)).toHaveLength(300);
  });
});

describe('a purge', () => {
  test('drops what was written before the wall clock was set back', async () => {
    const { store, clock, written } = open();
    void store.set('a', finalEntry('A', clock.now()));
    await written();
    clock.setWallClock(clock.now() - 60 * MINUTE_MS);
    store.drop?.(() => true);
    expect(await store.settlePurges()).toBe(true);
    expect(store.use().entries).toBe(0);
  });

  test('is complete once its own entries are removed, whatever comes after it', async () => {
    const { thread, held, release } = controlledThread();
    const { store } = open({ thread });
    await flushPromises();
    held.add('list');
    store.drop?.((key) => key === 'a');
    const first = store.settlePurges();
    await flushPromises();
    store.drop?.((key) => key === 'b');
    release();
    expect(await first).toBe(true);
  });

  test('is not complete while another process holds the file, hides its entries, and removes them within a minute', async () => {
    const path = newPath();
    const { store, clock, written, valuesOf, reports } = open({ path });
    void store.set('a', finalEntry('A', clock.now()));
    await written();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    store.drop?.(() => true);
    expect(await store.settlePurges()).toBe(false);
    expect(await valuesOf('a')).toEqual([undefined]);
    expect(reports).toEqual(['delete busy 1']);
    other.exec('ROLLBACK');
    other.close();
    clock.advance(MINUTE_MS);
    await written();
    expect(await store.settlePurges()).toBe(true);
    expect(store.use().entries).toBe(0);
  });

  test('is answered as not complete after ten seconds of a disk that hangs', async () => {
    const { thread, held, release } = controlledThread();
    const { store, clock } = open({ thread });
    await flushPromises();
    held.add('list');
    store.drop?.(() => true);
    const settled = store.settlePurges();
    await flushPromises();
    clock.advance(10_000);
    expect(await settled).toBe(false);
    release();
    expect(await store.settlePurges()).toBe(true);
  });
});
