import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from '@jest/globals';
import { approximateBytes, createMemoryStore } from './memory-store.ts';
import type { Entry, Store } from './store.ts';

const MEGABYTE = 1_048_576;

let store: Store | null = null;
afterEach(async () => {
  await store?.close();
  store = null;
});

function create(maxBytes: number): Store {
  return (store = createMemoryStore(maxBytes));
}

function entry(value: unknown): Entry {
  return { value, fetchedAt: 1, freshUntil: 2, expiresAt: 3 };
}

async function valuesOf(from: Store, ...keys: readonly string[]) {
  return (await from.getMany(keys)).map((stored) => stored?.value);
}

test('returns the same objects that were written, in the order of the keys, regardless of their dates', async () => {
  const value = { list: [1, 2, 3] };
  const memoryStore = create(MEGABYTE);
  await memoryStore.set('a', entry(value));
  const [missing, stored] = await memoryStore.getMany(['missing', 'a']);
  expect(missing).toBeUndefined();
  expect(stored).toEqual(entry(value));
  expect(stored?.value).toBe(value);
  expect(await memoryStore.getMany([])).toEqual([]);
});

test('peeks at what was written, at once, and counts that as use', async () => {
  const memoryStore = createMemoryStore(2000);
  store = memoryStore;
  const writing = memoryStore.set('a', entry('a'.repeat(500)));
  expect(memoryStore.peek('a')).toEqual(entry('a'.repeat(500)));
  await writing;
  await memoryStore.set('b', entry('b'.repeat(500)));
  expect(memoryStore.peek('a')).toBeDefined();
  await memoryStore.set('c', entry('c'.repeat(200)));
  expect(['a', 'b', 'c'].map((key) => memoryStore.peek(key) !== undefined)).toEqual([true, false, true]);
});

test('reports its use, and what it evicted for other entries', async () => {
  const memoryStore = createMemoryStore(2000);
  store = memoryStore;
  expect(memoryStore.use()).toEqual({ bytes: 0, maxBytes: 2000, entries: 0, evictions: 0 });
  await memoryStore.set('a', entry('x'.repeat(700)));
  await memoryStore.set('a', entry('y'.repeat(700)));
  const { bytes, entries, evictions } = memoryStore.use();
  expect([bytes > 700, bytes < 1500, entries, evictions]).toEqual([true, true, 1, 0]);
  for (const key of ['b', 'c', 'd']) await memoryStore.set(key, entry('z'.repeat(700)));
  expect(memoryStore.use()).toMatchObject({ entries: 2, evictions: 2 });
  await memoryStore.set('e', entry('z'.repeat(7000)));
  expect(memoryStore.use()).toMatchObject({ entries: 2, evictions: 3 });
});

test('replaces an earlier entry with a later one', async () => {
  const memoryStore = create(MEGABYTE);
  await memoryStore.set('a', entry(1));
  await memoryStore.set('a', entry(2));
  expect(await valuesOf(memoryStore, 'a')).toEqual([2]);
});

test('returns the later entry once it is written, even while the earlier write is pending', async () => {
  for (let turn = 1; turn < 10; turn += 1) {
    const memoryStore = createMemoryStore(MEGABYTE);
    const later: Promise<void>[] = [];
    void (async () => {
      for (let i = 0; i < turn; i += 1) await Promise.resolve();
      later.push(memoryStore.set('a', entry(2)));
    })();
    const earlier = memoryStore.set('a', entry(1));
    const seen: Promise<readonly unknown[]>[] = [];
    for (let i = 0; i < 20; i += 1) {
      if (later.length > 0) seen.push(valuesOf(memoryStore, 'a'));
      await Promise.resolve();
    }
    await Promise.all([earlier, ...later]);
    expect(new Set((await Promise.all(seen)).flat())).toEqual(new Set([2]));
  }
});

test('returns nothing after it is closed', async () => {
  const memoryStore = create(MEGABYTE);
  await memoryStore.set('a', entry(1));
  await memoryStore.close();
  expect(await valuesOf(memoryStore, 'a')).toEqual([undefined]);
});

test('evicts the least recently used entry first', async () => {
  const memoryStore = create(10_000);
  const large = 'x'.repeat(3000);
  for (const key of ['a', 'b', 'c']) await memoryStore.set(key, entry(large));
  await memoryStore.getMany(['a']);
  await memoryStore.set('d', entry(large));
  expect(await valuesOf(memoryStore, 'a', 'b', 'c', 'd')).toEqual([large, undefined, large, large]);
});

test('rejects an entry larger than the bound without evicting others', async () => {
  const memoryStore = create(10_000);
  await memoryStore.set('a', entry('small'));
  await memoryStore.set('b', entry('x'.repeat(20_000)));
  expect(await valuesOf(memoryStore, 'a', 'b')).toEqual(['small', undefined]);
});

/** Returns the used heap after garbage collection. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Objects freed in a first round may have held others.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function period(i: number, j: number) {
  return {
    ref: `agent-${i}@example.com`,
    status: 'AVAILABLE',
    label: `Pause ${j}`,
    start: 1_763_600_000_000 + j + 0.5,
    end: null,
  };
}

test.each<[string, (i: number) => unknown]>([
  ['lists of periods', (i) => Array.from({ length: 8 }, (_, j) => period(i, j))],
  ['long texts', (i) => Buffer.alloc(1000, `text ${i}`).toString('latin1')],
  ['long texts beyond Latin-1', (i) => Buffer.alloc(2000, `ж${i}`).toString('utf8')],
  ['numbers', (i) => Array.from({ length: 100 }, (_, j) => i + j / 7)],
  ['single numbers', (i) => i],
  ['objects without fields', () => ({})],
  ['lists in lists', (i) => JSON.parse(`${'['.repeat(40)}${i}${']'.repeat(40)}`) as unknown],
])('takes about as much memory as its bound when filled far beyond it: %s', async (_name, make) => {
  const bound = 16 * MEGABYTE;
  const before = heapUsed();
  const memoryStore = create(bound);
  const size = approximateBytes(make(1000)) + 420;
  const count = Math.ceil((3 * bound) / size);
  for (let i = 0; i < count; i += 1) {
    await memoryStore.set(`["KORE","kore-main","agentstatusdetails",1,"agent-${i}"]`, entry(make(i)));
  }
  const heapGrowth = heapUsed() - before;
  expect(heapGrowth).toBeLessThan(1.35 * bound);
  // The bound is used, not avoided by evicting early.
  expect(heapGrowth).toBeGreaterThan(0.4 * bound);
  expect(await valuesOf(memoryStore, `["KORE","kore-main","agentstatusdetails",1,"agent-${count - 1}"]`)).toEqual([
    make(count - 1),
  ]);
});

test('drops what matches at once, also what is being written', async () => {
  const memoryStore = create(MEGABYTE);
  await Promise.all(['a', 'b'].map((key) => memoryStore.set(key, entry(key))));
  const writing = memoryStore.set('c', entry('C'));
  expect(memoryStore.drop?.((key) => key !== 'b')).toEqual(['c', 'a']);
  expect(await valuesOf(memoryStore, 'a', 'b', 'c')).toEqual([undefined, 'b', undefined]);
  await writing;
  expect(memoryStore.peek?.('c')).toBeUndefined();
  await memoryStore.set('c', entry('C again'));
  expect(await valuesOf(memoryStore, 'c')).toEqual(['C again']);
});
