/** @needs redis-server */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { createFlakyProxy, type FlakyProxy } from '../support/flaky-proxy.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type GatewayResponse, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const clock = steppedClock(NOW);
let redis: RedisServer;
let proxy: FlakyProxy;
let world: World;
beforeAll(async () => {
  redis = await startRedisServer();
  proxy = await createFlakyProxy(Number(new URL(redis.url).port));
  world = await startWorld(clock);
});
afterAll(async () => {
  await world.stop();
  await proxy.close();
  await redis.kill();
});

function on(url: string) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    cache: { url, ttl: { statusLive: 15 } },
    accounts: raw.accounts.map((account) => ({ ...account, ...(/kore|lp/.test(account.name) && { discover: false }) })),
  });
}

const SECOND = 1000;
const QUERY = `query ($during: TimeRange!) {
  agents(first: 8, filter: {account: "kore-main"}) {
    nodes { key statusPeriods(during: $during, accounts: ["kore-main"]) { complete sources { fetchedAt } nodes { id start end status } } }
  }
}`;
interface QueryData {
  readonly agents: {
    readonly nodes: readonly {
      readonly statusPeriods: {
        readonly complete: boolean;
        readonly sources: readonly { readonly fetchedAt: string }[];
      };
    }[];
  };
}

/** Returns the age of the oldest part of a response in milliseconds; every part must be complete. */
function age({ data, errors }: GatewayResponse<QueryData>): number {
  expect(errors).toBeUndefined();
  const parts = data.agents.nodes.map(({ statusPeriods }) => statusPeriods);
  expect(parts.every(({ complete }) => complete)).toBe(true);
  return Math.max(
    ...parts.flatMap(({ sources }) => sources.map(({ fetchedAt }) => clock.now() - Date.parse(fetchedAt))),
  );
}

function withoutTimes(reply: GatewayResponse<QueryData>): unknown {
  return JSON.parse(JSON.stringify(reply.data, (key, value: unknown) => (key === 'fetchedAt' ? undefined : value)));
}

test('serves fresh data on both sides of a network partition, and shares the cache again after it heals', async () => {
  const near = await world.startGateway(on(redis.url));
  const far = await world.startGateway(on(`redis://127.0.0.1:${proxy.port}`));
  const during = { from: new Date(NOW - 3_600_000).toISOString(), to: new Date(NOW + 3_600_000).toISOString() };
  const query = (gateway: typeof near) => gateway.query<QueryData>(QUERY, { during });

  // Connected: each gateway serves what the other has fetched.
  await query(near);
  await waitUntil(async () => {
    world.calls();
    await query(far);
    return world.calls().kore.length === 0;
  });

  // Partitioned: each gateway fetches from the vendor, and its data is fresh.
  proxy.partition();
  for (let i = 0; i < 4; i += 1) {
    clock.advance(20 * SECOND);
    const [nearResponse, farResponse] = [await query(near), await query(far)];
    expect([age(nearResponse), age(farResponse)]).toEqual([0, 0]);
    expect(withoutTimes(farResponse)).toEqual(withoutTimes(nearResponse));
    expect(world.calls().kore).toHaveLength(2);
  }

  // Healed: neither gateway serves data beyond its TTL from the other side, and soon they share the cache again.
  proxy.heal();
  await waitUntil(async () => {
    clock.advance(20 * SECOND);
    const [nearResponse, farResponse] = [await query(near), await query(far)];
    expect(age(nearResponse)).toBeLessThanOrEqual(16 * SECOND);
    expect(age(farResponse)).toBeLessThanOrEqual(16 * SECOND);
    expect(withoutTimes(farResponse)).toEqual(withoutTimes(nearResponse));
    return world.calls().kore.length === 1;
  });
});
