import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { type FakeRedis, startFakeRedis } from '../../test/support/fake-redis.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { classifyRedisError } from './redis-errors.ts';
import { connectRedis, type RedisConnection } from './redis.ts';

failOnUnhandledRejection();

let redis: FakeRedis;
let clock: ManualClock;
let connection: RedisConnection;
let events: string[];
let finishSetUp: () => void;

beforeEach(async () => {
  redis = await startFakeRedis();
  finishSetUp = redis.delaySetUp();
  clock = manualClock();
  events = [];
  connection = connect(clock);
});

function connect(ofClock: Clock): RedisConnection {
  return connectRedis(toRedisAddress(redis.url), ofClock, {
    onError: (operation, error) => events.push(`${operation} ${classifyRedisError(error)}`),
    onDown: () => events.push('down'),
    onUp: () => events.push('up'),
  });
}

afterEach(async () => {
  await connection.close();
  await redis.close();
});

function run(): Promise<string> {
  return connection.tryRun('get', 'fallback', async (client) => String(await client.set('a', 'b')));
}

/** Advances the clock in steps, so that a timeout that counts turns of the event loop sees all of them. */
async function advance(ms: number): Promise<void> {
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 100) {
    clock.advance(Math.min(100, ms - elapsedMs));
    await flushPromises();
    await new Promise(setImmediate);
  }
}

test('waits for the first connection for longer than for a reply, and then uses Redis', async () => {
  const answer = run();
  await advance(1999);
  finishSetUp();
  expect(await answer).toBe('OK');
  expect(events).toEqual([]);
  expect(clock.pendingTimers()).toBe(0);
});

test('connects although the process is busy for more than 2 seconds', async () => {
  finishSetUp();
  await connection.close();
  connection = connect(systemClock);
  for (const start = performance.now(); performance.now() - start < 2100;);
  expect(await run()).toBe('OK');
  expect(events).toEqual([]);
});

test('marks Redis as down once when the first connection takes longer than 2 seconds', async () => {
  const answers = [run(), run()];
  await advance(2000);
  expect(await Promise.all(answers)).toEqual(['fallback', 'fallback']);
  expect(events).toEqual(['connection timeout', 'down']);
  expect(await run()).toBe('fallback');
  finishSetUp();
  await waitUntil(() => {
    clock.advance(100);
    return events.includes('up');
  });
  expect(await run()).toBe('OK');
});

test('continues without Redis immediately when it is closed while it connects', async () => {
  const answer = run();
  await connection.close();
  expect(await answer).toBe('fallback');
  expect(events).toEqual([]);
  expect(clock.pendingTimers()).toBe(0);
});
