/** @needs redis-server */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../src/domain/clock.ts';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import {
  countOccurrences,
  type Gateway,
  lastHours,
  NOW,
  type RawConfig,
  readQuery,
  startWorld,
  type World,
} from '../support/world.ts';

// A few agents only: which gateway fetches what must not depend on the load of the machine.
const ALL_ENDPOINTS = readQuery(join(import.meta.dirname, '../e2e/all-endpoints')).replace('first: 100', 'first: 20');
const WALLBOARD = readQuery(join(import.meta.dirname, '../e2e/wallboard')).replace('first: 200', 'first: 20');
const BOTS = `query ($days: DateRange!) {
  agents(filter: { vendor: AVAAMO }) { nodes { usageStats(during: $days) { current { messagesCount } } } } }`;
const during = lastHours(24);
const day = during.to.slice(0, 10);
const days = { from: day, to: day };

let redis: RedisServer;
let world: World;
beforeEach(async () => {
  redis = await startRedisServer();
  world = await startWorld(toPatientClock(steppedClock(NOW)));
});
afterEach(async () => {
  redis.thaw();
  await world.stop();
  await redis.kill();
});

/** Restarts the world with the real Redis timeouts. */
async function startWorldWithRealTimeouts(): Promise<void> {
  await world.stop();
  world = await startWorld({ ...systemClock, now: () => NOW });
}

/** Disables discovery, so that all calls belong to the query; `override` changes an account's entry. */
function onRedis(override: (account: { readonly name: string }) => object = () => ({})) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    cache: { url: redis.url },
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false }),
      ...override(account),
    })),
  });
}

function total(calls: ReturnType<World['calls']>) {
  return Object.values(calls).flat().length;
}

/** Removes the provenance from a response: the rest must be the same from every source. */
function withoutProvenance({ data, errors }: { readonly data: unknown; readonly errors?: unknown }) {
  return {
    errors,
    data: JSON.parse(
      JSON.stringify(data, (key, value: unknown) => (key === 'servedFrom' || key === 'fetchedAt' ? undefined : value)),
    ) as unknown,
  };
}

async function startTwoGateways(override?: Parameters<typeof onRedis>[0]): Promise<readonly [Gateway, Gateway]> {
  return [await world.startGateway(onRedis(override)), await world.startGateway(onRedis(override))];
}

/** Waits until all results are written to Redis and no lease is held. */
async function waitUntilWritten(): Promise<void> {
  let previousSize = -1;
  await waitUntil(async () => {
    const size = Number((await redis.command('DBSIZE')).slice(1));
    const settled = size === previousSize && !(await redis.command('KEYS', '*:lease::*')).includes('lease');
    previousSize = size;
    return settled;
  });
}

describe('two gateways on one Redis', () => {
  test('serves from the cache what the other gateway has fetched, for all vendors', async () => {
    const [first, second] = await startTwoGateways();
    const fetched = await first.query(ALL_ENDPOINTS, { during, days });
    expect(fetched.errors).toBeUndefined();
    expect(total(world.calls())).toBeGreaterThan(5);
    await waitUntilWritten();
    const served = await second.query(ALL_ENDPOINTS, { during, days });
    expect(total(world.calls())).toBe(0);
    expect(withoutProvenance({ data: { ...served.data, accounts: [] } })).toEqual(
      withoutProvenance({ data: { ...fetched.data, accounts: [] } }),
    );
  });

  test('makes the calls of one query for ten concurrent cold queries on each gateway', async () => {
    const single = await world.startGateway((raw) => ({ ...onRedis()(raw), cache: {} }));
    await single.query(ALL_ENDPOINTS, { during, days });
    const cost = world.calls();
    const gateways = await startTwoGateways();
    const responses = await Promise.all(
      gateways.flatMap((gateway) => Array.from({ length: 10 }, () => gateway.query(ALL_ENDPOINTS, { during, days }))),
    );
    expect(responses.flatMap(({ errors = [] }) => errors)).toEqual([]);
    const counts = (calls: typeof cost) =>
      Object.fromEntries(Object.entries(calls).map(([key, all]) => [key, countOccurrences(all)]));
    expect(counts(world.calls())).toEqual(counts(cost));
  });

  test('shares one vendor token between the gateways', async () => {
    const gateways = await startTwoGateways();
    const query = '{ agents(first: 100, filter: { account: "vcc" }) { nodes { latestInteractions { totalCount } } } }';
    // Different queries, so that each gateway makes calls of its own.
    await gateways[0].query(query);
    await gateways[1].query(query.replace('latestInteractions', 'latestInteractions(size: 2)'));
    expect(world.calls().vonage.filter((call) => call.includes('connect/token'))).toHaveLength(1);
    const dump = await redis.command('EVAL', DUMP, '0');
    expect(dump).toContain('switchboard');
    expect(dump).not.toMatch(/eyJ|Bearer|access_token/);
  });

  test.each([
    ['kore-main', 'kore', { streamId: 'st-other' }, WALLBOARD],
    // Only the token distinguishes this account from another company's.
    ['bots', 'avaamo', { accessToken: 'of-another-company' }, BOTS],
  ] as const)(
    'shares nothing between different accounts with the same name %s, of %s',
    async (name, vendor, override, query) => {
      const first = await world.startGateway(onRedis());
      const second = await world.startGateway(onRedis((account) => (account.name === name ? override : {})));
      await first.query(query, { during, days });
      await waitUntilWritten();
      const callCount = world.calls()[vendor].length;
      expect(callCount).toBeGreaterThan(0);
      await second.query(query, { during, days });
      expect(world.calls()[vendor]).toHaveLength(callCount);
    },
  );
});

/** A Lua script that returns all keys of Redis with their values. */
const DUMP = `
local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  all[#all + 1] = key
  if redis.call('TYPE', key).ok == 'string' then all[#all + 1] = redis.call('GET', key) end
end
return table.concat(all, ' ')`;

describe('requestsPerMinute of an account', () => {
  const limited = ({ name }: { readonly name: string }) =>
    name === 'vcc' ? { requestsPerMinute: 6, maxRetries: 0 } : {};
  const queryInteractions = (gateway: Gateway, size: number) =>
    gateway.query(
      `{ agents(first: 100, filter: { account: "vcc" }) { nodes { latestInteractions(size: ${size}) { totalCount } } } }`,
    );

  test('limits the calls of both gateways together', async () => {
    const gateways = await startTwoGateways(limited);
    for (const size of [1, 2, 3])
      await Promise.all(gateways.map((gateway, index) => queryInteractions(gateway, size + 10 * index)));
    expect(world.calls().vonage).toHaveLength(6);
  });
});

/** How many of the operations that a query waits for have failed, by operation and reason. */
async function readCacheFailures({ url }: Gateway): Promise<readonly string[]> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return metrics.match(/cache_errors_total\{operation="(?:get|lease)".*/g) ?? [];
}

describe('failures during a query', () => {
  test('completes the query on the other gateway when the fetching one stops', async () => {
    const [first, second] = await startTwoGateways();
    world.vendors.kore.injectFault({ kind: 'hang', times: 1 });
    const lost = first.query(WALLBOARD, { during }).catch(() => 'lost');
    await waitUntil(() => world.vendors.kore.calls().length > 0);
    const response = second.query(WALLBOARD, { during });
    await first.stop();
    await lost;
    expect((await response).errors).toBeUndefined();
    expect(world.calls().kore).toHaveLength(2);
  });

  test.each<[string, () => unknown, () => unknown]>([
    [
      'is frozen and thawed',
      () => {
        redis.freeze();
      },
      () => {
        redis.thaw();
      },
    ],
    ['is killed and restarted', () => redis.kill(), () => redis.restart()],
  ])('keeps serving while Redis %s, and uses it again afterwards', async (_what, breakIt, repair) => {
    await startWorldWithRealTimeouts();
    const [first, second] = await startTwoGateways();
    const healthy = await first.query(WALLBOARD, { during });
    await breakIt();
    const degraded = await second.query(WALLBOARD, { during });
    // Once Redis counts as down, queries do not wait for it.
    const failures = await readCacheFailures(second);
    await second.query(WALLBOARD, { during: lastHours(23) });
    expect(await readCacheFailures(second)).toEqual(failures);
    expect(withoutProvenance(degraded)).toEqual(withoutProvenance(healthy));
    await repair();
    // Used again: eventually the second gateway serves without a call what the first one fetched.
    let time = Date.UTC(2026, 0, 1);
    await waitUntil(async () => {
      time += 86_400_000;
      const date = new Date(time).toISOString().slice(0, 10);
      const query = `{ agents(first: 1, filter: { vendor: AVAAMO }) { nodes { usageStats(during: { from: "${date}", to: "${date}" }) { current { start } } } } }`;
      await first.query(query);
      expect(world.calls().avaamo).not.toEqual([]);
      await second.query(query);
      return world.calls().avaamo.length === 0;
    });
  });
});

describe('consistency of the shared cache', () => {
  const queryArbitrary = fc.record({
    gateway: fc.nat(1),
    agents: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }),
    from: fc.integer({ min: 1, max: 96 }),
    hours: fc.integer({ min: 1, max: 48 }),
  });

  test('returns the same data as without a cache, for any queries on any gateway in any order', async () => {
    const uncached = await world.startGateway((raw) => ({
      ...onRedis()(raw),
      cache: { ttl: { interactions: 0, statusLive: 0, statusPast: 0, usageLive: 0, usagePast: 0, directory: 0 } },
    }));
    const { data } = await uncached.query<{ agents: { nodes: readonly { id: string }[] } }>(
      '{ agents(first: 8, filter: { account: "kore-main" }) { nodes { id } } }',
    );
    const ids = data.agents.nodes.map(({ id }) => id);
    expect(ids).toHaveLength(8);
    const query = `query ($ids: [ID!]!, $during: TimeRange!) {
      nodes(ids: $ids) { ... on Agent { id statusPeriods(during: $during, accounts: ["kore-main"]) {
        complete nodes { id status vendorStatus label start end isOngoing durationSeconds } } } } }`;
    const gateways = await startTwoGateways();
    const hoursAgo = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();

    await fc.assert(
      fc.asyncProperty(fc.array(queryArbitrary, { minLength: 1, maxLength: 6 }), async (queries) => {
        await Promise.all(
          queries.map(async ({ gateway, agents, from, hours }) => {
            const variables = {
              ids: agents.map((index) => ids[index]),
              during: { from: hoursAgo(from), to: hoursAgo(from - hours) },
            };
            const [cached, fresh] = await Promise.all([
              gateways[gateway]?.query(query, variables),
              uncached.query(query, variables),
            ]);
            expect(cached).toMatchObject({ status: 200, data: { nodes: { length: agents.length } } });
            expect(cached && withoutProvenance(cached)).toEqual(withoutProvenance(fresh));
          }),
        );
      }),
      { numRuns: 25 },
    );
  });
});
