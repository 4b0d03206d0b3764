import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../src/domain/clock.ts';
import { type Cable, layCable } from '../support/cable.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { NOW, type RawConfiguration, type Reply, type World, startWorld } from '../support/world.ts';
import { until } from './support.ts';

// The date moves when the test says so; what is waited for takes the time that it takes.
let date = NOW;
let redis: Redis;
let cable: Cable;
let world: World;
beforeAll(async () => {
  redis = await startRedis();
  cable = await layCable(Number(new URL(redis.url).port));
  world = await startWorld({ ...systemClock, now: () => date });
});
afterAll(async () => {
  await world.stop();
  await cable.close();
  await redis.kill();
});

const on =
  (url: string) =>
  (raw: RawConfiguration): RawConfiguration => ({
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
function age({ data, errors }: Reply<Answer>): number {
  expect(errors).toBeUndefined();
  const parts = data.agents.nodes.map(({ statusPeriods }) => statusPeriods);
  expect(parts.every(({ complete }) => complete)).toBe(true);
  return Math.max(...parts.flatMap(({ sources }) => sources.map(({ fetchedAt }) => date - Date.parse(fetchedAt))));
}

const withoutTimes = (reply: Reply<Answer>): unknown =>
  JSON.parse(JSON.stringify(reply.data, (key, value: unknown) => (key === 'fetchedAt' ? undefined : value)));

test('a gateway cut off from the others goes on by itself, and is one of them again when the network is whole', async () => {
  const near = await world.gateway(on(redis.url));
  const far = await world.gateway(on(`redis://127.0.0.1:${cable.port}`));
  const during = { from: new Date(NOW - 3_600_000).toISOString(), to: new Date(NOW + 3_600_000).toISOString() };
  const ask = (gateway: typeof near) => gateway.query<Answer>(QUERY, { during });

  // Together: what one has fetched, the other serves.
  await ask(near);
  await until(async () => {
    world.calls();
    await ask(far);
    return world.calls().kore.length === 0;
  });

  // Apart: each has the vendor's own truth, no older than it may be.
  cable.cut();
  for (let i = 0; i < 4; i += 1) {
    date += 20 * SECOND;
    const [here, there] = [await ask(near), await ask(far)];
    expect([age(here), age(there)]).toEqual([0, 0]);
    expect(withoutTimes(there)).toEqual(withoutTimes(here));
    expect(world.calls().kore).toHaveLength(2);
  }

  // Whole again: nothing that is older than it may be comes over from the other side, and before long they share.
  cable.mend();
  await until(async () => {
    date += 20 * SECOND;
    const [here, there] = [await ask(near), await ask(far)];
    expect(age(here)).toBeLessThanOrEqual(16 * SECOND);
    expect(age(there)).toBeLessThanOrEqual(16 * SECOND);
    expect(withoutTimes(there)).toEqual(withoutTimes(here));
    return world.calls().kore.length === 1;
  });
});
