import { afterEach, expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

const valuesOf = async (from: Store, ...keys: readonly string[]) =>
  (await from.getMany(keys)).map((found) => found?.value);

test('gives back the very objects that were put, in the order of the keys, whatever the clock says', async () => {
  const value = { list: [1, 2, 3] };
  const one = create(MEGABYTE);
  await one.set('a', entry(value));
  const [none, found] = await one.getMany(['none', 'a']);
  expect(none).toBeUndefined();
  expect(found).toEqual(entry(value));
  expect(found?.value).toBe(value);
  expect(await one.getMany([])).toEqual([]);
});

test('a later entry takes the place of an earlier one', async () => {
  const one = create(MEGABYTE);
  await one.set('a', entry(1));
  await one.set('a', entry(2));
  expect(await valuesOf(one, 'a')).toEqual([2]);
});

test('once a later entry is put, none sees the earlier one, though that is still on its way', async () => {
  for (let turn = 1; turn < 10; turn += 1) {
    const one = createMemoryStore(MEGABYTE);
    const later: Promise<void>[] = [];
    void (async () => {
      for (let i = 0; i < turn; i += 1) await Promise.resolve();
      later.push(one.set('a', entry(2)));
    })();
    const earlier = one.set('a', entry(1));
    const seen: Promise<readonly unknown[]>[] = [];
    for (let i = 0; i < 20; i += 1) {
      if (later.length > 0) seen.push(valuesOf(one, 'a'));
      await Promise.resolve();
    }
    await Promise.all([earlier, ...later]);
    expect(new Set((await Promise.all(seen)).flat())).toEqual(new Set([2]));
  }
});

test('closed, it holds nothing any more', async () => {
  const one = create(MEGABYTE);
  await one.set('a', entry(1));
  await one.close();
  expect(await valuesOf(one, 'a')).toEqual([undefined]);
});

test('what was used least recently goes first', async () => {
  const one = create(10_000);
  const large = 'x'.repeat(3000);
  for (const key of ['a', 'b', 'c']) await one.set(key, entry(large));
  await one.getMany(['a']);
  await one.set('d', entry(large));
  expect(await valuesOf(one, 'a', 'b', 'c', 'd')).toEqual([large, undefined, large, large]);
});

test('an entry larger than the whole is not kept, and pushes nothing out', async () => {
  const one = create(10_000);
  await one.set('a', entry('small'));
  await one.set('b', entry('x'.repeat(20_000)));
  expect(await valuesOf(one, 'a', 'b')).toEqual(['small', undefined]);
});

/** What the heap holds once nothing is left to collect. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a first round finds unused may have held something else.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const period = (i: number, j: number) => ({
  ref: `agent-${i}@example.com`,
  status: 'AVAILABLE',
  label: `Pause ${j}`,
  start: 1_763_600_000_000 + j + 0.5,
  end: null,
});

test.each<[string, (i: number) => unknown]>([
  ['lists of periods', (i) => Array.from({ length: 8 }, (_, j) => period(i, j))],
  ['long texts', (i) => Buffer.alloc(1000, `text ${i}`).toString('latin1')],
  ['long texts of another script', (i) => Buffer.alloc(2000, `ж${i}`).toString('utf8')],
  ['numbers', (i) => Array.from({ length: 100 }, (_, j) => i + j / 7)],
  ['next to nothing', (i) => i],
  ['objects without fields', () => ({})],
  ['lists in lists', (i) => JSON.parse(`${'['.repeat(40)}${i}${']'.repeat(40)}`) as unknown],
])('filled far beyond its bound, it takes about as much memory as that: %s', async (_name, make) => {
  const bound = 16 * MEGABYTE;
  const before = heapUsed();
  const one = create(bound);
  const size = approximateBytes(make(1000)) + 420;
  const many = Math.ceil((3 * bound) / size);
  for (let i = 0; i < many; i += 1) {
    await one.set(`["KORE","kore-main","agentstatusdetails",1,"agent-${i}"]`, entry(make(i)));
  }
  const taken = heapUsed() - before;
  expect(taken).toBeLessThan(1.35 * bound);
  // And it is put to use, not evicted long before.
  expect(taken).toBeGreaterThan(0.4 * bound);
  expect(await valuesOf(one, `["KORE","kore-main","agentstatusdetails",1,"agent-${many - 1}"]`)).toEqual([
    make(many - 1),
  ]);
});
