/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import type { Store } from './store.ts';
import { manualClock } from '../../test/support/clock.ts';
import {
  entry,
  readEventually,
  patientClock,
  createRedisStores,
  writeUntilReadable,
} from '../../test/support/redis-store-harness.ts';

const { redis, errors, connect, keyNames } = createRedisStores();

describe('entries', () => {
  test('are found among more keys than one command can name', async () => {
    const store = connect(patientClock);
    const keys = Array.from({ length: 150_000 }, (_, index) => `key ${index}`);
    const there = ['key 0', 'key 1999', 'key 2000', 'key 149999'];
    for (const key of there) expect(await writeUntilReadable(store, key, entry(key), 5000)).toBe(true);
    const found = await store.getMany(keys);
    expect(found).toHaveLength(keys.length);
    expect(found.flatMap((one, index) => (one ? [[keys[index], one.value]] : []))).toEqual(
      there.map((key) => [key, key]),
    );
    expect(errors).toEqual([]);
  });

  test('are there for another process, as they were put, in the order of the keys', async () => {
    const value = { list: [1, 'ж', null, { deep: true }], text: '\ud83d\ude00' };
    const one = entry(value);
    expect(await writeUntilReadable(connect(patientClock), 'a', one, 5000)).toBe(true);
    const other = connect(patientClock);
    expect(await readEventually(other, 'a', 5000)).toMatchObject(one);
    const found = await other.getMany(['none', 'a', 'neither']);
    expect(found.map((kept) => kept?.value)).toEqual([undefined, value, undefined]);
    expect(errors).toEqual([]);
  });

  test('are there at a Valkey’s address, too', async () => {
    const store = connect(patientClock, redis().url.replace(/^redis:/, 'valkey:'));
    expect(await writeUntilReadable(store, 'a', entry('A'), 5000)).toBe(true);
    expect(errors).toEqual([]);
  });

  test('go when they need not be kept any longer: a Redis without memory to spare never fills up', async () => {
    const now = Date.now();
    await writeUntilReadable(connect(patientClock), 'a', { ...entry(1, now), expiresAt: now + 50_000.25 }, 5000);
    const [name] = await keyNames();
    const left = Number((await redis().command('PTTL', name ?? '')).slice(1));
    expect(left).toBeGreaterThan(40_000);
    expect(left).toBeLessThanOrEqual(50_001);
  });

  test('that are past keeping are not written at all', async () => {
    const clock = manualClock();
    const store = connect(clock);
    void store.set('a', { ...entry(1, clock.now()), expiresAt: clock.now() });
    await store.close();
    expect(await keyNames()).toEqual([]);
  });

  test('that are on their way are still written when the store is closed', async () => {
    const store = connect(patientClock);
    await writeUntilReadable(store, 'first', entry(1), 5000);
    void store.set('last', entry(2));
    await store.close();
    expect(await keyNames()).toHaveLength(2);
  });

  test('bear names that tell nothing of what was asked', async () => {
    await writeUntilReadable(connect(patientClock), '["KORE","jane@example.com"]', entry(1), 5000);
    expect((await keyNames()).join()).not.toContain('jane');
  });
});

describe('what does not belong there is a miss, and the others are found all the same', () => {
  /** Puts a text in the place of an entry that was there. */
  async function replace(make: (whole: string) => string): Promise<Store> {
    const store = connect(patientClock);
    await writeUntilReadable(store, 'a', entry('mine'), 5000);
    const [name = ''] = await keyNames();
    const whole = (await redis().command('GET', name)).split('\r\n')[1] ?? '';
    await writeUntilReadable(store, 'b', entry('sound'), 5000);
    expect(await redis().command('SET', name, make(whole))).toBe('+OK\r\n');
    return store;
  }

  test.each<[string, (whole: string) => string]>([
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['half an entry', (whole) => whole.slice(0, whole.length / 2)],
    ['another type', () => '42'],
    ['null', () => 'null'],
    ['an entry of another key', (whole) => whole.replace('"key":"a"', '"key":"b"')],
    ['an entry without its dates', (whole) => whole.replace('"freshUntil"', '"wasFreshUntil"')],
    ['an entry with dates of another type', (whole) => whole.replace(/"freshUntil":(\d+)/, '"freshUntil":"$1"')],
    ['an older form', () => '{"value":"mine"}'],
  ])('%s', async (_name, make) => {
    const store = await replace(make);
    expect((await store.getMany(['a', 'b'])).map((kept) => kept?.value)).toEqual([undefined, 'sound']);
    expect(errors).toEqual([]);
    // And it can be put right.
    expect(await writeUntilReadable(store, 'a', entry('anew'), 1000)).toBe(true);
  });

  test('something of another kind than a text', async () => {
    const store = await replace((whole) => whole);
    for (const name of await keyNames()) {
      await redis().command('DEL', name);
      await redis().command('LPUSH', name, 'x');
    }
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await writeUntilReadable(store, 'a', entry('anew'), 1000)).toBe(true);
  });
});
