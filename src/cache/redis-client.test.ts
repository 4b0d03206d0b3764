/** @needs redis-server */
import { afterEach, describe, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { type RedisTopology, startRedisCluster, startRedisSentinel } from '../../test/support/redis-topologies.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import type { RedisAddress } from '../config/redis-address.ts';
import { systemClock } from '../domain/clock.ts';
import { createLeases } from './leases.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { createRedisStore } from './redis-store.ts';
import { connectRedis, type RedisConnection } from './redis.ts';

failOnUnhandledRejection();

const opened: { readonly stop: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop } of opened.splice(0).reverse()) await stop();
});

function stopAtEnd<T extends { readonly stop: () => Promise<void> }>(topology: T): T {
  opened.push(topology);
  return topology;
}

async function startServer(): Promise<RedisServer> {
  const server = await startRedisServer();
  stopAtEnd({ stop: () => server.kill() });
  return server;
}

function connect(address: RedisAddress) {
  const errors: unknown[] = [];
  const events: string[] = [];
  const connection: RedisConnection = connectRedis(address, toPatientClock(systemClock), {
    onError: (_operation, error) => errors.push(error),
    onDown: () => events.push('down'),
    onUp: () => events.push('up'),
  });
  const store = createRedisStore(connection, systemClock);
  stopAtEnd({ stop: () => store.close() });
  return { connection, store, errors, events };
}

const NOW = Date.now();
const entry = { value: 'A', fetchedAt: NOW, freshUntil: NOW + 1e8, expiresAt: NOW + 1e9 };
/** Ids of many accounts, so that their keys lie in many slots. */
const accounts = Array.from({ length: 20 }, (_, nth) => `account-${nth}`);
function idOf(account: string, key: string): string {
  return JSON.stringify(['KORE', account, '', 'endpoint', 1, key]);
}

async function useEverything({ connection, store }: ReturnType<typeof connect>): Promise<void> {
  const leases = createLeases(connection, 30_000);
  for (const account of accounts) {
    const ids = ['a', 'b', 'c'].map((key) => idOf(account, key));
    expect((await leases.acquire(ids)).granted.size).toBe(3);
    expect((await leases.acquire(ids)).granted.size).toBe(0);
    await Promise.all(ids.map((id) => store.set(id, entry)));
    expect(await store.getMany(ids)).toMatchObject([entry, entry, entry]);
    const acquireQuota = createRedisRateLimiter(connection, account, 1);
    expect([await acquireQuota(), await acquireQuota()]).toEqual([0, expect.any(Number)]);
  }
}

async function countKeys(servers: readonly RedisServer[]): Promise<readonly number[]> {
  return Promise.all(servers.map(async (server) => Number((await server.command('DBSIZE')).slice(1))));
}

describe('a Redis Cluster of three nodes', () => {
  async function startCluster(): Promise<RedisTopology> {
    return stopAtEnd(await startRedisCluster());
  }

  test('is recognised by any one of its nodes, and used as a whole', async () => {
    const { urls, servers } = await startCluster();
    const connected = connect(toRedisAddress(urls[1] ?? ''));
    await useEverything(connected);
    expect(connected.errors).toEqual([]);
    expect((await countKeys(servers)).every((count) => count > 0)).toBe(true);
  });

  test('is found when the first nodes of the list do not answer, and used again when a node is back', async () => {
    const { urls, servers } = await startCluster();
    const unused = await startServer();
    await unused.kill();
    const connected = connect(toRedisAddress(unused.url, ...urls));
    await useEverything(connected);
    const { store, events } = connected;
    await servers[0]?.kill();
    await waitUntil(async () => {
      await Promise.all(accounts.map((account) => store.getMany([idOf(account, 'a')])));
      return events.includes('down');
    });
    await servers[0]?.restart();
    await waitUntil(() => events.includes('up'));
    const id = idOf('after', 'a');
    // The cluster may refuse commands once more while the node joins it.
    await waitUntil(async () => {
      await store.set(id, entry);
      return (await store.getMany([id]))[0]?.value === 'A';
    });
  });
});

test('reports a list of servers that form no cluster, once, and uses none of them', async () => {
  const servers = [await startServer(), await startServer()];
  const { store, errors, events } = connect(toRedisAddress(...servers.map(({ url }) => url)));
  await waitUntil(() => events.length > 0);
  expect(await store.getMany(['a'])).toEqual([]);
  expect(errors).toMatchObject([
    { name: 'RedisTopologyError', message: expect.stringContaining('no node of a Redis') },
  ]);
  expect(await countKeys(servers)).toEqual([0, 0]);
});

describe('Redis behind Sentinel', () => {
  test('is the master that Sentinel names, and the promoted replica after a failover', async () => {
    const sentinel = stopAtEnd(await startRedisSentinel('mymaster'));
    const [master, replica] = sentinel.servers;
    const connected = connect(toRedisAddress(...sentinel.urls));
    await useEverything(connected);
    expect(connected.errors).toEqual([]);
    const { store, events } = connected;
    const id = idOf('kept', 'a');
    await store.set(id, entry);
    await waitUntil(async () => (await countKeys(sentinel.servers)).every((count) => count > 0));
    await master?.kill();
    await waitUntil(() => events.includes('up'));
    expect(events).toEqual(['down', 'up']);
    expect(await replica?.command('INFO', 'replication')).toContain('role:master');
    expect(await store.getMany([id])).toMatchObject([entry]);
  });

  test('is unavailable, without a word of the password, when Sentinel knows no such master', async () => {
    const { urls } = stopAtEnd(await startRedisSentinel('mymaster'));
    const url = (urls[0] ?? '').replace('://', '://:CANARY@').replace('mymaster', 'other');
    const { errors, events } = connect(toRedisAddress(url));
    await waitUntil(() => events.length > 0);
    expect(errors).toMatchObject([{ message: expect.stringContaining('knows no master named other') }]);
    expect(String(errors)).not.toContain('CANARY');
  });
});
