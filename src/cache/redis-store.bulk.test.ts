/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { createRedisStores, entry, patientClock } from '../../test/support/redis-store-harness.ts';

const KIB = 1024;
const { redis, errors, connect } = createRedisStores();

function entryIds(account: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify(['LIVEPERSON', account, '[["site","1"]]', 'statusIntervals', 1, `agent ${index}`]),
  );
}

async function statistic(pattern: RegExp): Promise<number> {
  return Number(pattern.exec(await redis().command('INFO', 'ALL'))?.[1] ?? 0);
}

describe('large values', () => {
  const large = 'x'.repeat(300 * KIB);
  const keys = entryIds('large', 128);

  test('are read in commands of about one mebibyte, while small reads of other accounts are answered', async () => {
    const writer = connect(patientClock);
    const [smallKey = ''] = entryIds('small', 1);
    await Promise.all([smallKey, ...keys].map((key) => writer.set(key, entry(key === smallKey ? 'small' : large))));
    const reader = connect(patientClock);
    const order: string[] = [];
    const [found, [small]] = await Promise.all([
      reader.getMany(keys).finally(() => order.push('large')),
      reader.getMany([smallKey]).finally(() => order.push('small')),
    ]);
    expect(found.filter((each) => each?.value === large)).toHaveLength(128);
    expect(small?.value).toBe('small');
    expect(order).toEqual(['small', 'large']);
    // 128 values of 300 KiB are 38 MiB; the first command of a reader that knows no sizes names 16 keys.
    expect(await statistic(/cmdstat_mget:calls=(\d+)/)).toBeGreaterThanOrEqual(38);
    expect(errors).toEqual([]);
  });

  test('are written with about a mebibyte on its way at a time', async () => {
    const clock = manualClock(Date.now());
    const store = connect(clock);
    await store.set('first', entry(1, clock.now()));
    redis().freeze();
    const writes = Promise.all(keys.map((key) => store.set(key, entry(large, clock.now()))));
    await waitUntil(() => {
      clock.advance(3000);
      return errors.length > 0;
    });
    // Four values of 300 KiB are the first to exceed a mebibyte.
    expect(errors.length).toBeLessThanOrEqual(4);
    redis().thaw();
    await writes;
  });
});

describe('a time-out', () => {
  test('of a bulk read is a miss, and Redis stays in use for other commands', async () => {
    const clock = manualClock(Date.now());
    const store = connect(clock);
    const keys = entryIds('slow', 40);
    await Promise.all(keys.map((key) => store.set(key, entry('x'.repeat(100 * KIB), clock.now()))));
    redis().freeze();
    const reading = store.getMany(keys);
    // A small read is given up after 100 ms; a mebibyte is given longer.
    clock.advance(150);
    expect(await Promise.race([reading, new Promise((resolve) => setImmediate(resolve, 'waiting'))])).toBe('waiting');
    clock.advance(10_000);
    expect(await reading).toEqual([]);
    redis().thaw();
    expect((await store.getMany(keys)).every((found) => found !== undefined)).toBe(true);
    expect(errors.map(([operation]) => operation)).toEqual(['get']);
  });

  test('of a small read marks Redis as down', async () => {
    const clock = manualClock(Date.now());
    const store = connect(clock);
    const [key = ''] = entryIds('slow', 1);
    await store.set(key, entry('small', clock.now()));
    redis().freeze();
    const reading = store.getMany([key]);
    clock.advance(100);
    expect(await reading).toEqual([]);
    redis().thaw();
    expect(await store.getMany([key])).toEqual([]);
  });
});
