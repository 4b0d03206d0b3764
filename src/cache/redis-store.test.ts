/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import {
  createRedisStores,
  entry,
  patientClock,
  readEventually,
  writeUntilReadable,
} from '../../test/support/redis-store-harness.ts';
import type { Store } from './store.ts';

const { redis, errors, connect, keyNames } = createRedisStores();

describe('entries', () => {
  test('finds entries among more keys than one command can name', async () => {
    const store = connect(patientClock);
    const keys = Array.from({ length: 150_000 }, (_, index) => `key ${index}`);
    const storedKeys = ['key 0', 'key 1999', 'key 2000', 'key 149999'];
    for (const key of storedKeys) expect(await writeUntilReadable(store, key, entry(key), 5000)).toBe(true);
    const entries = await store.getMany(keys);
    expect(entries).toHaveLength(keys.length);
    expect(entries.flatMap((found, index) => (found ? [[keys[index], found.value]] : []))).toEqual(
      storedKeys.map((key) => [key, key]),
    );
    expect(errors).toEqual([]);
  });

  test('returns entries unchanged to another process, in the order of the keys', async () => {
    const value = { list: [1, 'ж', null, { deep: true }], text: '\ud83d\ude00' };
    const written = entry(value);
    expect(await writeUntilReadable(connect(patientClock), 'a', written, 5000)).toBe(true);
    const other = connect(patientClock);
    expect(await readEventually(other, 'a', 5000)).toMatchObject(written);
    const entries = await other.getMany(['missing', 'a', 'also missing']);
    expect(entries.map((found) => found?.value)).toEqual([undefined, value, undefined]);
    expect(errors).toEqual([]);
  });

  test('accepts a valkey:// URL', async () => {
    const store = connect(patientClock, redis().url.replace(/^redis:/, 'valkey:'));
    expect(await writeUntilReadable(store, 'a', entry('A'), 5000)).toBe(true);
    expect(errors).toEqual([]);
  });

  test('expires entries in Redis at expiresAt, so that Redis does not fill up', async () => {
    const now = Date.now();
    await writeUntilReadable(connect(patientClock), 'a', { ...entry(1, now), expiresAt: now + 50_000.25 }, 5000);
    const [name] = await keyNames();
    const left = Number((await redis().command('PTTL', name ?? '')).slice(1));
    expect(left).toBeGreaterThan(40_000);
    expect(left).toBeLessThanOrEqual(50_001);
  });

  test('does not write an entry that has already expired', async () => {
    const clock = manualClock();
    const store = connect(clock);
    void store.set('a', { ...entry(1, clock.now()), expiresAt: clock.now() });
    await store.close();
    expect(await keyNames()).toEqual([]);
  });

  test('completes pending writes when the store is closed', async () => {
    const store = connect(patientClock);
    await writeUntilReadable(store, 'first', entry(1), 5000);
    void store.set('last', entry(2));
    await store.close();
    expect(await keyNames()).toHaveLength(2);
  });

  test('uses Redis keys that reveal nothing about the request', async () => {
    await writeUntilReadable(connect(patientClock), '["KORE","jane@example.com"]', entry(1), 5000);
    expect((await keyNames()).join()).not.toContain('jane');
  });
});

describe('foreign or malformed data in Redis', () => {
  /** Replaces a stored entry with another text. */
  async function replace(make: (stored: string) => string): Promise<Store> {
    const store = connect(patientClock);
    await writeUntilReadable(store, 'a', entry('mine'), 5000);
    const [name = ''] = await keyNames();
    const stored = (await redis().command('GET', name)).split('\r\n')[1] ?? '';
    await writeUntilReadable(store, 'b', entry('valid'), 5000);
    expect(await redis().command('SET', name, make(stored))).toBe('+OK\r\n');
    return store;
  }

  test.each<[string, (stored: string) => string]>([
    ['malformed text', () => 'garbage'],
    ['an empty text', () => ''],
    ['half an entry', (stored) => stored.slice(0, stored.length / 2)],
    ['another type', () => '42'],
    ['null', () => 'null'],
    ['an entry of another key', (stored) => stored.replace('"key":"a"', '"key":"b"')],
    ['an entry without its dates', (stored) => stored.replace('"freshUntil"', '"wasFreshUntil"')],
    ['an entry with dates of another type', (stored) => stored.replace(/"freshUntil":(\d+)/, '"freshUntil":"$1"')],
    ['an older format', () => '{"value":"mine"}'],
  ])('treats %s as a miss and still returns the other entries', async (_name, make) => {
    const store = await replace(make);
    expect((await store.getMany(['a', 'b'])).map((found) => found?.value)).toEqual([undefined, 'valid']);
    expect(errors).toEqual([]);
    // A later write replaces it.
    expect(await writeUntilReadable(store, 'a', entry('rewritten'), 1000)).toBe(true);
  });

  test('treats a key of another Redis type as a miss', async () => {
    const store = await replace((stored) => stored);
    for (const name of await keyNames()) {
      await redis().command('DEL', name);
      await redis().command('LPUSH', name, 'x');
    }
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await writeUntilReadable(store, 'a', entry('rewritten'), 1000)).toBe(true);
  });
});
