/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../domain/clock.ts';
import { manualClock } from '../../test/support/clock.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import {
  entry,
  readEventually,
  createRedisStores,
  writeUntilReadable,
} from '../../test/support/redis-store-harness.ts';
import { waitUntil } from '../../test/support/cache-harness.ts';

/** Longer than a read may take on a busy machine, and far shorter than a client's own patience. */
const SOON = 1000;

const { redis, errors, bareConnection, connect, keyNames } = createRedisStores();

describe('where this process itself was busy', () => {
  const busyClock = manualClock(Date.now());

  test('an answer that is there by now is taken', async () => {
    const clock = manualClock();
    const connection = bareConnection(clock);
    const begun = Promise.withResolvers<undefined>();
    const reply = Promise.withResolvers<string>();
    const answer = connection.tryRun('get', 'nothing', () => {
      begun.resolve(undefined);
      return reply.promise;
    });
    await begun.promise;
    clock.advance(100);
    reply.resolve('something');
    expect(await answer).toBe('something');
    expect(errors).toEqual([]);
  });

  test('what is written arrives, and Redis is not left alone', async () => {
    const store = connect(busyClock);
    const now = busyClock.now();
    expect(await writeUntilReadable(store, 'warm', entry(1, now), SOON)).toBe(true);
    const writing = store.set('a', entry('A', now));
    busyClock.advance(1000);
    await writing;
    expect(await store.getMany(['a'])).toMatchObject([{ value: 'A' }]);
    expect(errors).toEqual([]);
  });
});

describe('trouble', () => {
  test('down at the start: misses, in little time, and the fault is told', async () => {
    const store = connect(systemClock, `redis://127.0.0.1:${await findFreePort()}`);
    const begun = Date.now();
    for (let i = 0; i < 50; i += 1) {
      expect(await store.getMany(['a'])).toEqual([]);
      void store.set('a', entry(1));
    }
    expect(Date.now() - begun).toBeLessThan(SOON);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('frozen: the first read waits a tenth of a second, those after it not at all', async () => {
    const clock = manualClock(Date.now());
    const store = connect(clock);
    await writeUntilReadable(store, 'a', entry(1), 5000);
    redis().freeze();
    const first = store.getMany(['a']);
    clock.advance(99);
    expect(await Promise.race([first, Promise.resolve('waiting')])).toBe('waiting');
    clock.advance(1);
    expect(await first).toEqual([]);
    expect(errors.map(([operation]) => operation)).toEqual(['get']);
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1000);
      expect(await store.getMany(['a'])).toEqual([]);
    }
    expect(errors).toHaveLength(1);
  });

  test('frozen and thawed: found again', async () => {
    const store = connect();
    await writeUntilReadable(store, 'a', entry(1), 5000);
    redis().freeze();
    const begun = Date.now();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(Date.now() - begun).toBeLessThan(SOON);
    redis().thaw();
    expect(await readEventually(store, 'a', 5000)).toMatchObject({ value: 1 });
  });

  test('killed and started again: found again', async () => {
    const store = connect();
    await writeUntilReadable(store, 'a', entry(1), 5000);
    await redis().kill();
    const begun = Date.now();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(Date.now() - begun).toBeLessThan(SOON);
    await redis().restart();
    expect(await writeUntilReadable(store, 'a', entry(2), 10_000)).toBe(true);
  });

  test('no memory left for what is new: writes are lost, and it is told', async () => {
    const store = connect();
    await writeUntilReadable(store, 'a', entry(1), 5000);
    await redis().command('CONFIG', 'SET', 'maxmemory', '1');
    void store.set('b', entry(2));
    await store.close();
    expect(errors.map(([operation]) => operation)).toContain('set');
    expect(await keyNames()).toHaveLength(1);
  });

  test('a password that it wants: misses', async () => {
    await redis().command('CONFIG', 'SET', 'requirepass', 'CANARY');
    const store = connect();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('whatever it was looked for with is gone soon', async () => {
    const store = connect();
    redis().freeze();
    expect(await store.getMany(['a'])).toEqual([]);
    redis().thaw();
    expect(await writeUntilReadable(store, 'a', entry('A'), 20_000)).toBe(true);
    await waitUntil(async () => (await keyNames()).every((name) => !name.includes('probe')));
  });
});
