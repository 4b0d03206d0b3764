import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectRedis } from '../../src/cache/redis.ts';
import { reasonOf } from '../../src/cache/redis-trouble.ts';
import { createSharedStore } from '../../src/cache/shared-store.ts';
import type { Store } from '../../src/cache/store.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';
import { type FakeRedis, type Saying, startFakeRedis } from '../support/fake-redis.ts';
import { settle } from '../support/settle.ts';
import { failOnUnhandled } from '../support/unhandled.ts';
import { until } from './support.ts';

failOnUnhandled();

let redis: FakeRedis;
let clock: ManualClock;
let store: Store;
/** What was told, in order. */
let told: string[];
/** Operations that failed, and why. */
let failures: string[];

beforeEach(async () => {
  redis = await startFakeRedis();
  clock = manualClock();
  [told, failures] = [[], []];
  const connection = connectRedis(redis.url, clock, {
    onError: (operation, error) => failures.push(`${operation} ${reasonOf(error)}`),
    onAway: (error) => told.push(`away: ${reasonOf(error)}`),
    onBack: () => told.push('back'),
  });
  store = createSharedStore(connection, clock);
  await store.set('a', entry);
});

afterEach(async () => {
  redis.say('well');
  await store.close();
  await redis.close();
});

const NOW = manualClock().now();
const entry = { value: 'A', fetchedAt: NOW, freshUntil: NOW + 1e8, keepUntil: NOW + 1e9 };
const read = async () => (await store.getMany(['a'])).map((found) => found?.value);

/** Time goes on until it is known how Redis is. */
async function untilBack(): Promise<void> {
  await until(() => {
    clock.advance(100);
    return told.includes('back');
  });
}

const text = (line: string): Saying => ({ text: line });

test.each<[string, Saying, string]>([
  ['is loading its data', text('-LOADING Redis is loading the dataset in memory\r\n'), 'get loading'],
  ['may only be read', text("-READONLY You can't write against a read only replica.\r\n"), 'get readonly'],
  ['is full', text("-OOM command not allowed when used memory > 'maxmemory'.\r\n"), 'get oom'],
  ['has given the keys to another', text('-MOVED 3999 127.0.0.1:6381\r\n'), 'get moved'],
  ['wants a password', text('-NOAUTH Authentication required.\r\n'), 'get noauth'],
  ['has an error of its own', text('-ERR something\r\n'), 'get other'],
  ['is no Redis', text('HTTP/1.1 400 Bad Request\r\n\r\n'), 'connection garbled'],
  ['breaks off in the middle of a reply', 'cut', 'connection connection'],
])('one that %s makes a miss, is told of once, and is found again by itself', async (_what, saying, failure) => {
  redis.say(saying);
  expect(await read()).toEqual([]);
  expect(failures).toContain(failure);
  for (let i = 0; i < 5; i += 1) expect(await read()).toEqual([]);
  expect(told).toEqual([`away: ${failure.split(' ')[1] ?? ''}`]);
  // It is looked for, and is still as it was.
  clock.advance(1000);
  await until(() => failures.some((one) => one.startsWith('probe ')));
  await settle();
  expect(told).toHaveLength(1);
  redis.say('well');
  await untilBack();
  expect(await read()).toEqual(['A']);
  expect(told).toHaveLength(2);
});

test('one that is back is not given up, and keeps no time of its own', async () => {
  redis.say(text('-LOADING Redis is loading the dataset in memory\r\n'));
  await read();
  redis.say('well');
  await untilBack();
  await settle();
  expect(clock.waiting()).toBe(0);
  const [error] = failures.splice(0);
  expect(error).toBe('get loading');
  clock.advance(100_000);
  expect(await read()).toEqual(['A']);
  expect(failures).toEqual([]);
});

test('one that is away when the gateway ends is looked for no longer', async () => {
  redis.say(text('-LOADING Redis is loading the dataset in memory\r\n'));
  await read();
  await store.close();
  expect(clock.waiting()).toBe(0);
});

test('one that does not answer is waited for once; from then on it is asked behind everybody’s back', async () => {
  redis.say(null);
  const first = read();
  await until(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  expect(await first).toEqual([]);
  const asked = redis.commands.length;
  for (let second = 0; second < 9; second += 1) {
    expect(await read()).toEqual([]);
    clock.advance(1000);
  }
  // One probe is on its way, and no other is sent as long as it is not answered.
  await until(() => redis.commands.length > asked);
  expect(redis.commands.slice(asked)).toEqual(['SET']);
  expect(told).toEqual(['away: timeout']);
});

test('one that answers, but slowly, is not back', async () => {
  redis.say(null);
  const first = read();
  await until(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  await first;
  // Every answer takes a second.
  for (let probes = 0; probes < 3; probes += 1) {
    const asked = redis.commands.length;
    await until(() => {
      clock.advance(100);
      return redis.commands.length > asked;
    });
    clock.advance(1000);
    redis.answerLate();
  }
  expect(told).toEqual(['away: timeout']);
});

test('a connection on which nothing comes any more is given up for a new one', async () => {
  redis.say(null);
  const first = read();
  await until(() => redis.commands.at(-1) === 'MGET');
  clock.advance(100);
  await first;
  clock.advance(1000);
  await until(() => redis.commands.at(-1) === 'SET');
  redis.say('well');
  clock.advance(9999);
  expect(failures).toEqual(['get timeout']);
  clock.advance(1);
  await untilBack();
  expect(failures).toEqual(['get timeout', 'probe connection']);
  expect(await read()).toEqual(['A']);
});

test.each<[unknown, string]>([
  [new Error('LOADING Redis is loading the dataset in memory'), 'loading'],
  [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'noauth'],
  [new Error("NOPERM this user has no permissions to run the 'mget' command"), 'noauth'],
  [new Error('the server said: LOADING Redis'), 'other'],
  [new Error('LOADING'), 'other'],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'connection'],
  ['something', 'other'],
  [null, 'other'],
  [undefined, 'other'],
  [{}, 'other'],
])('%s is told as %s', (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
