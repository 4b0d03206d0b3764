/** @needs redis-server */
import { describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import {
  createRedisStores,
  entry,
  readEventually,
  writeUntilReadable,
} from '../../test/support/redis-store-harness.ts';

/** Far longer than anything here takes on a busy machine. */
const WAIT_LIMIT_MS = 60_000;

const { redis, errors, bareConnection, connect, keyNames } = createRedisStores();

describe('a busy process', () => {
  const busyClock = manualClock(Date.now());

  test('uses a reply that arrived while the process was busy', async () => {
    const clock = manualClock();
    const connection = bareConnection(clock);
    const started = Promise.withResolvers<undefined>();
    const reply = Promise.withResolvers<string>();
    const answer = connection.tryRun('get', 'nothing', () => {
      started.resolve(undefined);
      return reply.promise;
    });
    await started.promise;
    clock.advance(100);
    reply.resolve('something');
    expect(await answer).toBe('something');
    expect(errors).toEqual([]);
  });

  test('completes writes after the process was busy, without marking Redis as down', async () => {
    const store = connect(busyClock);
    const now = busyClock.now();
    expect(await writeUntilReadable(store, 'warm', entry(1, now), WAIT_LIMIT_MS)).toBe(true);
    const writing = store.set('a', entry('A', now));
    busyClock.advance(1000);
    await writing;
    expect(await store.getMany(['a'])).toMatchObject([{ value: 'A' }]);
    expect(errors).toEqual([]);
  });
});

describe('Redis failures', () => {
  test('returns misses without waiting and reports the error when Redis is down at the start', async () => {
    // Nothing times out by this clock: a read that waited for a timeout would never end.
    const store = connect(manualClock(Date.now()), `redis://127.0.0.1:${await findFreePort()}`);
    for (let i = 0; i < 50; i += 1) {
      expect(await store.getMany(['a'])).toEqual([]);
      void store.set('a', entry(1));
    }
    expect(errors.length).toBeGreaterThan(0);
  });

  test('waits 100 ms for the first read of a frozen Redis, and not at all for later ones', async () => {
    const clock = manualClock(Date.now());
    const store = connect(clock);
    await writeUntilReadable(store, 'a', entry(1), WAIT_LIMIT_MS);
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

  test('reconnects to a Redis that was frozen and thawed', async () => {
    const store = connect();
    await writeUntilReadable(store, 'a', entry(1), WAIT_LIMIT_MS);
    redis().freeze();
    expect(await store.getMany(['a'])).toEqual([]);
    redis().thaw();
    expect(await readEventually(store, 'a', WAIT_LIMIT_MS)).toMatchObject({ value: 1 });
  });

  test('reconnects to a Redis that was killed and restarted', async () => {
    const store = connect();
    await writeUntilReadable(store, 'a', entry(1), WAIT_LIMIT_MS);
    await redis().kill();
    expect(await store.getMany(['a'])).toEqual([]);
    await redis().restart();
    expect(await writeUntilReadable(store, 'a', entry(2), WAIT_LIMIT_MS)).toBe(true);
  });

  test('loses writes and reports the error when Redis is out of memory', async () => {
    const store = connect();
    await writeUntilReadable(store, 'a', entry(1), WAIT_LIMIT_MS);
    await redis().command('CONFIG', 'SET', 'maxmemory', '1');
    void store.set('b', entry(2));
    await store.close();
    expect(errors.map(([operation]) => operation)).toContain('set');
    expect(await keyNames()).toHaveLength(1);
  });

  test('returns misses when Redis requires a password', async () => {
    await redis().command('CONFIG', 'SET', 'requirepass', 'CANARY');
    const store = connect();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('leaves no probe key behind', async () => {
    const store = connect();
    redis().freeze();
    expect(await store.getMany(['a'])).toEqual([]);
    redis().thaw();
    expect(await writeUntilReadable(store, 'a', entry('A'), WAIT_LIMIT_MS)).toBe(true);
    await waitUntil(async () => (await keyNames()).every((name) => !name.includes('probe')));
  });
});
