/** @needs redis-server */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../src/domain/clock.ts';
import { type FlakyProxy, createFlakyProxy } from '../support/flaky-proxy.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { NOW, type RawConfig, type GatewayResponse, type World, startWorld } from '../support/world.ts';
import { waitUntil } from '../support/cache-harness.ts';

// The date moves when the test says so; what is waited for takes the time that it takes.
let date = NOW;
let redis: RedisServer;
let proxy: FlakyProxy;
let world: World;
beforeAll(async () => {
  redis = await startRedisServer();
  proxy = await createFlakyProxy(Number(new URL(redis.url).port));
  world = await startWorld({ ...systemClock, now: () => date });
});
afterAll(async () => {
  await world.stop();
  await proxy.close();
  await redis.kill();
});

const on =
  (url: string) =>
  (raw: RawConfig): RawConfig => ({
    ...raw,
    cache: { url, ttl: { statusLive: 15 } },
    accounts: raw.accounts.map((account) => ({ ...account, ...(/kore|lp/.test(account.name) && { discover: false }) })),
  });

const SECOND = 1000;
const QUERY = `query ($during: TimeRange!) {
  agents(first: 8, filter: {account: "kore-main"}) {
    nodes { key statusPeriods(during: $during, accounts: ["kore-main"]) { complete sources { fetchedAt } nodes { id start end status } } }
  }
}`;
interface Answer {
  readonly agents: {
    readonly nodes: readonly {
      readonly statusPeriods: {
        readonly complete: boolean;
        readonly sources: readonly { readonly fetchedAt: string }[];
      };
    }[];
  };
}

/** How old, in milliseconds, the oldest part of an answer is; every part of it is whole. */
function age({ data, errors }: GatewayResponse<Answer>): number {
  expect(errors).toBeUndefined();
  const parts = data.agents.nodes.map(({ statusPeriods }) => statusPeriods);
  expect(parts.every(({ complete }) => complete)).toBe(true);
  return Math.max(...parts.flatMap(({ sources }) => sources.map(({ fetchedAt }) => date - Date.parse(fetchedAt))));
}

const withoutTimes = (reply: GatewayResponse<Answer>): unknown =>
  JSON.parse(JSON.stringify(reply.data, (key, value: unknown) => (key === 'fetchedAt' ? undefined : value)));

test('a gateway cut off from the others goes on by itself, and is one of them again when the network is whole', async () => {
  const near = await world.startGateway(on(redis.url));
  const far = await world.startGateway(on(`redis://127.0.0.1:${proxy.port}`));
  const during = { from: new Date(NOW - 3_600_000).toISOString(), to: new Date(NOW + 3_600_000).toISOString() };
  const ask = (gateway: typeof near) => gateway.query<Answer>(QUERY, { during });

  // Together: what one has fetched, the other serves.
  await ask(near);
  await waitUntil(async () => {
    world.calls();
    await ask(far);
    return world.calls().kore.length === 0;
  });

  // Apart: each has the vendor's own truth, no older than it may be.
  proxy.partition();
  for (let i = 0; i < 4; i += 1) {
    date += 20 * SECOND;
    const [here, there] = [await ask(near), await ask(far)];
    expect([age(here), age(there)]).toEqual([0, 0]);
    expect(withoutTimes(there)).toEqual(withoutTimes(here));
    expect(world.calls().kore).toHaveLength(2);
  }

  // Whole again: nothing that is older than it may be comes over from the other side, and before long they share.
  proxy.heal();
  await waitUntil(async () => {
    date += 20 * SECOND;
    const [here, there] = [await ask(near), await ask(far)];
    expect(age(here)).toBeLessThanOrEqual(16 * SECOND);
    expect(age(there)).toBeLessThanOrEqual(16 * SECOND);
    expect(withoutTimes(there)).toEqual(withoutTimes(here));
    return world.calls().kore.length === 1;
  });
});
