/** @needs redis-server */
import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';
import { systemClock } from '../domain/clock.ts';
import type { PurgeOrigin } from './fleet-purges.ts';
import { createEntryMatcher, type PurgeRule } from './purge-rule.ts';
import { createRedisPurges, type RedisPurges } from './redis-purges.ts';
import { SAME_TIME } from './redis-time.ts';

const { redis, bareConnection } = createRedisStores();
const open: RedisPurges[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((purges) => purges.close()));
});

const RULE: PurgeRule = { idPrefix: '["KORE","kore-main"', agents: ['jane'], from: null, to: 5 };
const ID = '["KORE","kore-main","",""]';
const DAY = 86_400_000;

function start() {
  const heard: (readonly [PurgeRule, PurgeOrigin])[] = [];
  const purges = createRedisPurges({
    redis: bareConnection(systemClock),
    clock: systemClock,
    redisTime: SAME_TIME,
    retentionMs: DAY,
    createMatcher: (rule) => createEntryMatcher(rule, undefined),
  });
  purges.onPurge((...event) => heard.push(event));
  open.push(purges);
  return { purges, heard };
}

async function startPair() {
  const pair = [start(), start()] as const;
  for (const { purges } of pair) await purges.refresh();
  return pair;
}

test('a purge is published before its own process drops anything, and then heard by all', async () => {
  const [first, second] = await startPair();
  let publishedAt = Infinity;
  const report = await first.purges.publish([RULE], () => {
    publishedAt = Date.now();
    expect(first.purges.isPurged(ID, publishedAt)).toBe(true);
  });
  expect(report).toEqual({ processes: 2, heard: 2, complete: true });
  expect([first.heard, second.heard]).toEqual([[], [[RULE, 'running']]]);
  for (const { purges } of [first, second]) {
    expect(purges.isPurged(ID, publishedAt)).toBe(true);
    // Clocks may differ by a second.
    expect(purges.isPurged(ID, publishedAt + 2000)).toBe(false);
    expect(purges.isPurged('["KORE","other"]', publishedAt)).toBe(false);
  }
});

test('the same purge once more replaces the first', async () => {
  const [first, second] = await startPair();
  await first.purges.publish([RULE], () => undefined);
  await second.purges.publish([RULE], () => undefined);
  expect(await redis().command('ZCARD', 'switchboard:4:purge::{purges}rules')).toBe(':1\r\n');
  expect([first.heard, second.heard]).toEqual([[[RULE, 'running']], [[RULE, 'running']]]);
});

test('a process that starts knows the purges before it', async () => {
  const [first] = await startPair();
  const before = Date.now();
  await first.purges.publish([RULE], () => undefined);
  const third = start();
  expect(third.purges.isCurrent()).toBe(false);
  expect(await third.purges.refresh()).toBe(true);
  expect(third.purges.isCurrent()).toBe(true);
  expect([third.heard, third.purges.isPurged(ID, before)]).toEqual([[[RULE, 'earlier']], true]);
});

test('a purge without Redis takes effect in its process, and is published when Redis is back', async () => {
  const [first, second] = await startPair();
  await redis().kill();
  let drops = 0;
  expect(await first.purges.publish([RULE], () => (drops += 1))).toEqual({ processes: 1, heard: 1, complete: false });
  expect([drops, first.purges.isPurged(ID, Date.now())]).toEqual([1, true]);
  expect(await second.purges.refresh()).toBe(false);
  await redis().restart();
  await waitUntil(() => second.heard.length > 0);
  expect(second.heard).toEqual([[RULE, 'running']]);
});
