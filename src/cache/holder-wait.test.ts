/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  createCaller,
  fetching,
  namespace,
  toPatientClock,
  unexpectedFetch,
  waitUntil,
} from '../../test/support/cache-harness.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { vendorError } from '../http/response.ts';
import { createAccountCache } from './account-cache.ts';
import type { BatchFetchFn, FetchedValue } from './cache.ts';
import { createLeases } from './leases.ts';
import { createMemoryStore } from './memory-store.ts';
import { createRedisStore } from './redis-store.ts';
import { connectRedis } from './redis.ts';
import type { Store } from './store.ts';
import { createTwoLevelStore } from './two-level-store.ts';

failOnUnhandledRejection();

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint } as const;
const quotaError = vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: 40 });

let redis: RedisServer;
let open: Store[];
let elapsedMs: number;
const clock: Clock = {
  ...toPatientClock(systemClock),
  now: () => systemClock.now() + elapsedMs,
  monotonicMs: () => systemClock.monotonicMs() + elapsedMs,
};

beforeEach(async () => {
  redis = await startRedisServer();
  open = [];
  elapsedMs = 0;
});
afterEach(async () => {
  await Promise.all(open.map((store) => store.close()));
  await redis.kill();
});

/** Starts a process of the gateway, with its own memory and connection. */
function startProcess() {
  const connection = connectRedis(toRedisAddress(redis.url), clock, { onError: () => undefined });
  const store = createTwoLevelStore(createMemoryStore(1_000_000), createRedisStore(connection, clock), clock);
  open.push(store);
  const leases = createLeases(connection, 4000);
  return createAccountCache({
    account: ACCOUNT,
    store,
    leases,
    clock,
    staleIfErrorSeconds: 600,
    onRead: () => undefined,
  });
}

/** The value of the only lease. */
async function readLease(): Promise<string> {
  const script = "return redis.call('GET', redis.call('KEYS', '*:lease::*')[1])";
  return (await redis.command('EVAL', script, '0')).split('\r\n')[1] ?? '';
}

/** A vendor whose rate limit has no start until the test grants one. */
function createWaitingVendor() {
  const grant = Promise.withResolvers<readonly FetchedValue<string>[]>();
  let isWaiting = false;
  let onSent: (() => void) | undefined;
  const fetch: BatchFetchFn<string, string> = (_keys, context) => {
    context.onQuotaWait?.(() => quotaError);
    ({ onSent } = context);
    isWaiting = true;
    return grant.promise;
  };
  return {
    fetch,
    send: () => onSent?.(),
    isWaiting: () => isWaiting,
    grant: (value: string) => {
      grant.resolve([{ value, ttlSeconds: 60 }]);
    },
  };
}

function read(cache: ReturnType<typeof startProcess>, fetch: BatchFetchFn<string, string>, waitUntilMs = Infinity) {
  return cache.readMany(namespace, ['a'], { ...createCaller().context, waitUntilMs: () => waitUntilMs }, fetch);
}

test('serves what is known at once in every process while one of them waits for the rate limit', async () => {
  const [holder, other] = [startProcess(), startProcess()];
  await read(holder, fetching('known'));
  await waitUntil(async () => (await redis.command('KEYS', '*:lease::*')).startsWith('*0'));
  expect(await read(other, unexpectedFetch)).toMatchObject([{ value: 'known' }]);
  elapsedMs += 120_000;
  const vendor = createWaitingVendor();
  const stale = [{ value: 'known', staleReason: { reason: 'quota_local', retryAfterSeconds: 40 } }];
  expect(await read(holder, vendor.fetch)).toMatchObject(stale);
  expect(await read(other, unexpectedFetch)).toMatchObject(stale);
  vendor.grant('renewed');
  await waitUntil(async () => {
    const [outcome] = await read(other, unexpectedFetch);
    return outcome !== undefined && 'value' in outcome && outcome.value === 'renewed';
  });
});

test('lets readers of other processes wait for a call that has started, instead of serving what is known', async () => {
  const [holder, other] = [startProcess(), startProcess()];
  await read(holder, fetching('known'));
  await waitUntil(async () => (await redis.command('KEYS', '*:lease::*')).startsWith('*0'));
  elapsedMs += 120_000;
  const vendor = createWaitingVendor();
  await read(holder, vendor.fetch);
  await waitUntil(async () => (await readLease()).endsWith(':40'));
  vendor.send();
  await waitUntil(async () => !(await readLease()).endsWith(':40'));
  expect(await readLease()).not.toBe('');
  const reading = read(other, unexpectedFetch);
  vendor.grant('renewed');
  expect(await reading).toMatchObject([{ value: 'renewed' }]);
});

test('holds no reader of another process beyond its own deadline', async () => {
  const [holder, other] = [startProcess(), startProcess()];
  const vendor = createWaitingVendor();
  const first = read(holder, vendor.fetch);
  await waitUntil(vendor.isWaiting);
  const second = read(other, unexpectedFetch, clock.monotonicMs() + 29_500);
  elapsedMs += 29_500;
  expect(await second).toMatchObject([{ code: 'VENDOR_RATE_LIMITED', reason: 'quota_local', retryAfterSeconds: 40 }]);
  vendor.grant('late');
  expect(await first).toMatchObject([{ value: 'late' }]);
});

test('shares a settled key with later readers of its process once it expires, while the fetch of others continues', async () => {
  const cache = startProcess();
  const rest = Promise.withResolvers<readonly FetchedValue<string>[]>();
  let settled = false;
  const batch = cache.readMany(namespace, ['a', 'b'], createCaller().context, (_keys, _context, onFetched) => {
    onFetched('a', { value: 'first', ttlSeconds: 10 });
    settled = true;
    return rest.promise;
  });
  await waitUntil(() => settled);
  elapsedMs += 30_000;
  expect(await read(cache, fetching('second'))).toMatchObject([{ value: 'second' }]);
  rest.resolve([
    { value: 'first', ttlSeconds: 10 },
    { value: 'b', ttlSeconds: 10 },
  ]);
  await batch;
});
