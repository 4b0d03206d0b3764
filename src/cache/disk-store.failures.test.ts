import { truncateSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { controlledThread, finalEntry } from '../../test/support/disk-harness.ts';
import { setUpDiskStores } from '../../test/support/disk-store-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { DiskThread } from './disk-thread.ts';

const MINUTE_MS = 60_000;
const { newPath, open, stores } = setUpDiskStores();

describe('failures', () => {
  test('of a full disk drop what is to be written, and reads go on', async () => {
    const { thread, failures } = controlledThread();
    const { store, clock, written, valuesOf, reports } = open({ thread });
    const set = (key: string) => void store.set(key, finalEntry(key, clock.now()));
    set('a');
    await written();
    failures.set('write', 'full');
    set('b');
    set('c');
    await written();
    expect(reports).toEqual(['write full 2']);
    failures.clear();
    set('d');
    await written();
    expect(await valuesOf('a', 'b', 'c', 'd')).toEqual(['a', undefined, undefined, 'd']);
  });

  test('of a disk that hangs delay a read by a second, and further reads not at all', async () => {
    const { thread, held, release } = controlledThread();
    const { store, clock, written, valuesOf, reports } = open({ thread });
    void store.set('a', finalEntry('A', clock.now()));
    await written();
    held.add('read');
    const read = valuesOf('a', 'b');
    await flushPromises();
    clock.advance(999);
    await flushPromises();
    expect(reports).toEqual([]);
    clock.advance(1);
    expect(await read).toEqual([undefined, undefined]);
    expect(await valuesOf('a')).toEqual([undefined]);
    expect(reports).toEqual(['read timeout 2']);
    release();
    await flushPromises();
    expect(await valuesOf('a')).toEqual(['A']);
  });

  test('of a disk that hangs delay closing by two seconds', async () => {
    const { thread, held } = controlledThread();
    const { store, clock } = open({ thread });
    held.add('write');
    void store.set('a', finalEntry('A', clock.now()));
    await new Promise(setImmediate);
    const closed = stores.pop()?.close();
    clock.advance(2000);
    await closed;
  });

  test('of opening are misses; the file is opened again within a minute', async () => {
    const { thread, failures } = controlledThread();
    failures.set('open', 'full');
    const { store, clock, written, valuesOf, reports } = open({ thread });
    expect(await valuesOf('a')).toEqual([undefined]);
    void store.set('a', finalEntry('A', clock.now()));
    await written();
    store.drop?.(() => true);
    expect(await store.settlePurges()).toBe(false);
    expect(reports).toEqual(['open full 1']);
    failures.clear();
    clock.advance(MINUTE_MS);
    await written();
    expect(await store.settlePurges()).toBe(true);
    void store.set('a', finalEntry('A', clock.now()));
    await written();
    expect(await valuesOf('a')).toEqual(['A']);
  });

  test('of the thread are misses until it has opened the file again', async () => {
    const { thread, failures } = controlledThread();
    const { store, clock, written, valuesOf } = open({ thread });
    void store.set('a', finalEntry('A', clock.now()));
    await written();
    failures.set('read', 'other');
    expect(await valuesOf('a')).toEqual([undefined]);
    failures.clear();
    expect(await valuesOf('a')).toEqual([undefined]);
    clock.advance(MINUTE_MS);
    await flushPromises();
    expect(await valuesOf('a')).toEqual(['A']);
  });

  test('of a file that is damaged while it is open replace it', async () => {
    const path = newPath();
    const { store, clock, written, valuesOf, reports } = open({ path });
    const keys = Array.from({ length: 500 }, (_, index) => `key ${index}`);
    for (const key of keys) void store.set(key, finalEntry('x'.repeat(20_000), clock.now()));
    await written();
    truncateSync(path, 8192);
    const found = await valuesOf(...keys);
    expect(found.every((value) => value === undefined || value === 'x'.repeat(20_000))).toBe(true);
    await written();
    expect(reports).toContain(`moved to ${path}.damaged`);
    void store.set('new', finalEntry('new', clock.now()));
    await written();
    expect(await valuesOf('new')).toEqual(['new']);
  });

  test('of single entries are misses, and counted', async () => {
    const { thread } = controlledThread();
    const damaging: DiskThread = {
      ...thread,
      request: async (type, request) => {
        const reply = await thread.request(type, request);
        return type === 'read' ? ({ entries: [undefined], damagedEntries: 1 } as never) : reply;
      },
    };
    const { valuesOf, reports } = open({ thread: damaging });
    expect(await valuesOf('a')).toEqual([undefined]);
    expect(reports).toEqual(['read damaged 1']);
  });
});
