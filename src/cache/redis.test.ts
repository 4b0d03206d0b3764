import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectRedis } from './redis.ts';
import { classifyRedisError } from './redis-errors.ts';
import { createRedisStore } from './redis-store.ts';
import type { Store } from './store.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { type FakeRedis, type ScriptedReply, startFakeRedis } from '../../test/support/fake-redis.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { waitUntil } from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

let redis: FakeRedis;
let clock: ManualClock;
let store: Store;
/** What was told, in order. */
let events: string[];
/** Operations that failed, and why. */
let failures: string[];

beforeEach(async () => {
  redis = await startFakeRedis();
  clock = manualClock();
  [events, failures] = [[], []];
  const connection = connectRedis(redis.url, clock, {
    onError: (operation, error) => failures.push(`${operation} ${classifyRedisError(error)}`),
    onDown: (error) => events.push(`away: ${classifyRedisError(error)}`),
    onUp: () => events.push('back'),
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
const read = async () => (await store.getMany(['a'])).map((found) => found?.value);

/** Time goes on until it is known how Redis is. */
async function waitUntilUp(): Promise<void> {
  await waitUntil(() => {
    clock.advance(100);
    return events.includes('back');
  });
}

const text = (line: string): ScriptedReply => ({ text: line });

test.each<[string, ScriptedReply, string]>([
  ['is loading its data', text('-LOADING Redis is loading the dataset in memory\r\n'), 'get loading'],
  ['may only be read', text("-READONLY You can't write against a read only replica.\r\n"), 'get readonly'],
  ['is full', text("-OOM command not allowed when used memory > 'maxmemory'.\r\n"), 'get oom'],
  ['has given the keys to another', text('-MOVED 3999 127.0.0.1:6381\r\n'), 'get moved'],
  ['wants a password', text('-NOAUTH Authentication required.\r\n'), 'get noauth'],
  ['has an error of its own', text('-ERR something\r\n'), 'get other'],
  ['is no Redis', text('HTTP/1.1 400 Bad Request\r\n\r\n'), 'connection malformed_reply'],
  ['breaks off in the middle of a reply', 'cut', 'connection connection'],
])('one that %s makes a miss, is told of once, and is found again by itself', async (_what, saying, failure) => {
  redis.respondWith(saying);
  expect(await read()).toEqual([]);
  expect(failures).toContain(failure);
  for (let i = 0; i < 5; i += 1) expect(await read()).toEqual([]);
  expect(events).toEqual([`away: ${failure.split(' ')[1] ?? ''}`]);
  // It is looked for, and is still as it was.
  clock.advance(1000);
  await waitUntil(() => failures.some((one) => one.startsWith('probe ')));
  await flushPromises();
  expect(events).toHaveLength(1);
  redis.respondWith('normal');
  await waitUntilUp();
  expect(await read()).toEqual(['A']);
  expect(events).toHaveLength(2);
});

test('one that is back is not given up, and keeps no time of its own', async () => {
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

test('one that is away when the gateway ends is looked for no longer', async () => {
  redis.respondWith(text('-LOADING Redis is loading the dataset in memory\r\n'));
  await read();
  await store.close();
  expect(clock.pendingTimers()).toBe(0);
});

test('one that does not answer is waited for once; from then on it is asked behind everybody’s back', async () => {
  redis.respondWith(null);
  const first = read();
  await waitUntil(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  expect(await first).toEqual([]);
  const asked = redis.commands.length;
  for (let second = 0; second < 9; second += 1) {
    expect(await read()).toEqual([]);
    clock.advance(1000);
  }
  // One probe is on its way, and no other is sent as long as it is not answered.
  await waitUntil(() => redis.commands.length > asked);
  expect(redis.commands.slice(asked)).toEqual(['SET']);
  expect(events).toEqual(['away: timeout']);
});

test('one that answers, but slowly, is not back', async () => {
  redis.respondWith(null);
  const first = read();
  await waitUntil(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  await first;
  // Every answer takes a second.
  for (let probes = 0; probes < 3; probes += 1) {
    const asked = redis.commands.length;
    await waitUntil(() => {
      clock.advance(100);
      return redis.commands.length > asked;
    });
    clock.advance(1000);
    redis.flushLate();
  }
  expect(events).toEqual(['away: timeout']);
});

test('a connection on which nothing comes any more is given up for a new one', async () => {
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
