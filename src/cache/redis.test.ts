import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { type FakeRedis, type ScriptedReply, startFakeRedis } from '../../test/support/fake-redis.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { classifyRedisError } from './redis-errors.ts';
import { createRedisStore } from './redis-store.ts';
import { connectRedis } from './redis.ts';
import type { Store } from './store.ts';

failOnUnhandledRejection();

let redis: FakeRedis;
let clock: ManualClock;
let store: Store;
/** Changes of availability, in order. */
let events: string[];
/** Failed operations with their reasons. */
let failures: string[];

beforeEach(async () => {
  redis = await startFakeRedis();
  clock = manualClock();
  [events, failures] = [[], []];
  const connection = connectRedis(toRedisAddress(redis.url), clock, {
    onError: (operation, error) => failures.push(`${operation} ${classifyRedisError(error)}`),
    onDown: (error) => events.push(`down: ${classifyRedisError(error)}`),
    onUp: () => events.push('up'),
  });
  store = createRedisStore(connection, clock);
  await store.set('a', entry);
});

afterEach(async () => {
  redis.respondWith('normal');
  await store.close();
  await redis.close();
});

const NOW = manualClock().now();
const entry = { value: 'A', fetchedAt: NOW, freshUntil: NOW + 1e8, expiresAt: NOW + 1e9 };
async function read() {
  return (await store.getMany(['a'])).map((found) => found?.value);
}

/** Advances the clock until Redis is reported as up. */
async function waitUntilUp(): Promise<void> {
  await waitUntil(() => {
    clock.advance(100);
    return events.includes('up');
  });
}

function text(line: string): ScriptedReply {
  return { text: line };
}

test.each<[string, ScriptedReply, string]>([
  ['is loading its dataset', text('-LOADING Redis is loading the dataset in memory\r\n'), 'get loading'],
  ['is read-only', text("-READONLY You can't write against a read only replica.\r\n"), 'get readonly'],
  ['is out of memory', text("-OOM command not allowed when used memory > 'maxmemory'.\r\n"), 'get oom'],
  ['has moved the keys to another node', text('-MOVED 3999 127.0.0.1:6381\r\n'), 'get moved'],
  ['requires a password', text('-NOAUTH Authentication required.\r\n'), 'get noauth'],
  ['returns an unknown error', text('-ERR something\r\n'), 'get other'],
  ['is not a Redis server', text('HTTP/1.1 400 Bad Request\r\n\r\n'), 'connection malformed_reply'],
  ['closes the connection in the middle of a reply', 'cut', 'connection connection'],
])('returns misses, reports it once and recovers when Redis %s', async (_what, reply, failure) => {
  redis.respondWith(reply);
  expect(await read()).toEqual([]);
  expect(failures).toContain(failure);
  for (let i = 0; i < 5; i += 1) expect(await read()).toEqual([]);
  expect(events).toEqual([`down: ${failure.split(' ')[1] ?? ''}`]);
  // A probe fails: Redis is still in the same state.
  clock.advance(1000);
  await waitUntil(() => failures.some((failed) => failed.startsWith('probe ')));
  await flushPromises();
  expect(events).toHaveLength(1);
  redis.respondWith('normal');
  await waitUntilUp();
  expect(await read()).toEqual(['A']);
  expect(events).toHaveLength(2);
});

test('keeps the connection and no timer after Redis is up again', async () => {
  redis.respondWith(text('-LOADING Redis is loading the dataset in memory\r\n'));
  await read();
  redis.respondWith('normal');
  await waitUntilUp();
  await flushPromises();
  expect(clock.pendingTimers()).toBe(0);
  const [error] = failures.splice(0);
  expect(error).toBe('get loading');
  clock.advance(100_000);
  expect(await read()).toEqual(['A']);
  expect(failures).toEqual([]);
});

test('stops probing when the store is closed while Redis is down', async () => {
  redis.respondWith(text('-LOADING Redis is loading the dataset in memory\r\n'));
  await read();
  await store.close();
  expect(clock.pendingTimers()).toBe(0);
});

test('waits once for a Redis that does not answer, and then probes it in the background', async () => {
  redis.respondWith(null);
  const first = read();
  await waitUntil(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  expect(await first).toEqual([]);
  const commandsBefore = redis.commands.length;
  for (let second = 0; second < 9; second += 1) {
    expect(await read()).toEqual([]);
    clock.advance(1000);
  }
  // One probe is pending, and no other is sent before it is answered.
  await waitUntil(() => redis.commands.length > commandsBefore);
  expect(redis.commands.slice(commandsBefore)).toEqual(['SET']);
  expect(events).toEqual(['down: timeout']);
});

test('keeps Redis marked as down while it answers slowly', async () => {
  redis.respondWith(null);
  const first = read();
  await waitUntil(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  await first;
  // Every reply takes a second.
  for (let probes = 0; probes < 3; probes += 1) {
    const commandsBefore = redis.commands.length;
    await waitUntil(() => {
      clock.advance(100);
      return redis.commands.length > commandsBefore;
    });
    clock.advance(1000);
    redis.flushLate();
  }
  expect(events).toEqual(['down: timeout']);
});

test('replaces a connection that has returned nothing for 10 seconds', async () => {
  redis.respondWith(null);
  const first = read();
  await waitUntil(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  await first;
  clock.advance(1000);
  await waitUntil(() => redis.commands.at(-1) === 'SET');
  redis.respondWith('normal');
  clock.advance(9999);
  expect(failures).toEqual(['get timeout']);
  clock.advance(1);
  await waitUntilUp();
  expect(failures).toEqual(['get timeout', 'probe connection']);
  expect(await read()).toEqual(['A']);
});
