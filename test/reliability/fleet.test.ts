/** @needs redis-server */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { fixedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import {
  type Gateway,
  lastHours,
  NOW,
  readQuery,
  type RawConfig,
  startWorld,
  countOccurrences,
  type World,
} from '../support/world.ts';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';

// Of a few agents only: who fetches what must not depend on how busy the machine is.
const EVERYTHING = readQuery(join(import.meta.dirname, '../e2e/all-endpoints')).replace('first: 100', 'first: 20');
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
  world = await startWorld(toPatientClock(fixedClock(NOW)));
});
afterEach(async () => {
  redis.thaw();
  await world.stop();
  await redis.kill();
});

/** Another world, in which Redis has as little time as in earnest. */
async function startWorldWithRealTimeouts(): Promise<void> {
  await world.stop();
  world = await startWorld(fixedClock(NOW));
}

/** Agents are not looked for, so that the calls are those of the question alone; `more` changes an account's entry. */
const onRedis =
  (more: (account: { readonly name: string }) => object = () => ({})) =>
  (raw: RawConfig): RawConfig => ({
    ...raw,
    cache: { url: redis.url },
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false }),
      ...more(account),
    })),
  });

const total = (calls: ReturnType<World['calls']>) => Object.values(calls).flat().length;

/** The part of an answer that is the same wherever it comes from. */
const withoutProvenance = ({ data, errors }: { readonly data: unknown; readonly errors?: unknown }) => ({
  errors,
  data: JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (key === 'servedFrom' || key === 'fetchedAt' ? undefined : value)),
  ) as unknown,
});

async function twoGateways(more?: Parameters<typeof onRedis>[0]): Promise<readonly [Gateway, Gateway]> {
  return [await world.startGateway(onRedis(more)), await world.startGateway(onRedis(more))];
}

/** Until everything that was asked for before can be read by another gateway. */
async function waitUntilWritten(): Promise<void> {
  let before = -1;
  await waitUntil(async () => {
    const size = Number((await redis.command('DBSIZE')).slice(1));
    const settled = size === before && !(await redis.command('KEYS', '*:lease::*')).includes('lease');
    before = size;
    return settled;
  });
}

describe('two gateways on one Redis', () => {
  test('what one has fetched the other serves without a call, of all vendors', async () => {
    const [one, two] = await twoGateways();
    const first = await one.query(EVERYTHING, { during, days });
    expect(first.errors).toBeUndefined();
    expect(total(world.calls())).toBeGreaterThan(5);
    await waitUntilWritten();
    const second = await two.query(EVERYTHING, { during, days });
    expect(total(world.calls())).toBe(0);
    expect(withoutProvenance({ data: { ...second.data, accounts: [] } })).toEqual(
      withoutProvenance({ data: { ...first.data, accounts: [] } }),
    );
  });

  test('ten cold queries at once on each cost what one costs', async () => {
    const alone = await world.startGateway((raw) => ({ ...onRedis()(raw), cache: {} }));
    await alone.query(EVERYTHING, { during, days });
    const cost = world.calls();
    const gateways = await twoGateways();
    const answers = await Promise.all(
      gateways.flatMap((gateway) => Array.from({ length: 10 }, () => gateway.query(EVERYTHING, { during, days }))),
    );
    expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
    const counts = (calls: typeof cost) =>
      Object.fromEntries(Object.entries(calls).map(([key, all]) => [key, countOccurrences(all)]));
    expect(counts(world.calls())).toEqual(counts(cost));
  });

  test('one token serves both', async () => {
    const gateways = await twoGateways();
    const query = '{ agents(first: 100) { nodes { latestInteractions { totalCount } } } }';
    // Asked for different things, so that each has calls of its own to make.
    await gateways[0].query(query);
    await gateways[1].query(query.replace('latestInteractions', 'latestInteractions(size: 2)'));
    expect(world.calls().vonage.filter((call) => call.includes('connect/token'))).toHaveLength(1);
    const everything = await redis.command('EVAL', DUMP, '0');
    expect(everything).toContain('switchboard');
    expect(everything).not.toMatch(/eyJ|Bearer|access_token/);
  });

  test.each([
    ['kore-main', 'kore', { streamId: 'st-other' }, WALLBOARD],
    // Nothing but its token tells it from another company's.
    ['bots', 'avaamo', { accessToken: 'of-another-company' }, BOTS],
  ] as const)(
    'with accounts of one name, %s, that are not the same share nothing of %s',
    async (name, vendor, more, query) => {
      const one = await world.startGateway(onRedis());
      const other = await world.startGateway(onRedis((account) => (account.name === name ? more : {})));
      await one.query(query, { during, days });
      await waitUntilWritten();
      const before = world.calls()[vendor].length;
      expect(before).toBeGreaterThan(0);
      await other.query(query, { during, days });
      expect(world.calls()[vendor]).toHaveLength(before);
    },
    30_000,
  );
});

/** All keys of Redis with their values. */
const DUMP = `
local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  all[#all + 1] = key
  if redis.call('TYPE', key).ok == 'string' then all[#all + 1] = redis.call('GET', key) end
end
return table.concat(all, ' ')`;

describe('a limit on calls a minute', () => {
  const limited = ({ name }: { readonly name: string }) =>
    name === 'vcc' ? { requestsPerMinute: 6, maxRetries: 0 } : {};
  const ask = (gateway: Gateway, size: number) =>
    gateway.query(`{ agents(first: 100) { nodes { latestInteractions(size: ${size}) { totalCount } } } }`);

  test('holds for both together', async () => {
    const gateways = await twoGateways(limited);
    for (const size of [1, 2, 3]) await Promise.all(gateways.map((gateway, index) => ask(gateway, size + 10 * index)));
    expect(world.calls().vonage).toHaveLength(6);
  });

  test('holds for each alone while Redis is away', async () => {
    await startWorldWithRealTimeouts();
    const gateways = await twoGateways(limited);
    await redis.kill();
    for (const size of [1, 2]) await Promise.all(gateways.map((gateway, index) => ask(gateway, size + 10 * index)));
    expect(world.calls().vonage).toHaveLength(12);
  });
});

describe('in the middle of it', () => {
  test('the gateway that fetches dies: the other one gets the answer', async () => {
    const soon = () => ({ timeoutMs: 1500 });
    const [one, two] = await twoGateways(soon);
    world.vendors.kore.injectFault({ kind: 'hang', times: 1 });
    const lost = one.query(WALLBOARD, { during }).catch(() => 'lost');
    await waitUntil(() => world.vendors.kore.calls().length > 0);
    const answer = two.query(WALLBOARD, { during });
    await one.stop();
    await lost;
    expect((await answer).errors).toBeUndefined();
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
    ['is killed and started again', () => redis.kill(), () => redis.restart()],
  ])(
    'Redis %s: answers go on, and it is used again',
    async (_what, breakIt, repair) => {
      await startWorldWithRealTimeouts();
      const [one, two] = await twoGateways();
      const begun = performance.now();
      const healthy = await one.query(WALLBOARD, { during });
      const broken = performance.now();
      await breakIt();
      const answer = await two.query(WALLBOARD, { during });
      // A tenth of a second more at a time, whatever the machine is busy with besides.
      expect(performance.now() - broken).toBeLessThan(1000 + 2 * (broken - begun));
      expect(withoutProvenance(answer)).toEqual(withoutProvenance(healthy));
      await repair();
      // Found again: sooner or later something that one fetched is served by the other without a call.
      let day = Date.UTC(2026, 0, 1);
      await waitUntil(async () => {
        day += 86_400_000;
        const date = new Date(day).toISOString().slice(0, 10);
        const query = `{ agents(first: 1, filter: { vendor: AVAAMO }) { nodes { usageStats(during: { from: "${date}", to: "${date}" }) { current { start } } } } }`;
        await one.query(query);
        expect(world.calls().avaamo).not.toEqual([]);
        await two.query(query);
        return world.calls().avaamo.length === 0;
      });
    },
    60_000,
  );
});

describe('whatever is asked, on whichever gateway, in whatever order', () => {
  const question = fc.record({
    gateway: fc.nat(1),
    agents: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }),
    from: fc.integer({ min: 1, max: 96 }),
    hours: fc.integer({ min: 1, max: 48 }),
  });

  test('it is answered as without a cache', async () => {
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
    const gateways = await twoGateways();
    const hour = (ago: number) => new Date(NOW - ago * 3_600_000).toISOString();

    await fc.assert(
      fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: 6 }), async (questions) => {
        await Promise.all(
          questions.map(async ({ gateway, agents, from, hours }) => {
            const variables = {
              ids: agents.map((index) => ids[index]),
              during: { from: hour(from), to: hour(from - hours) },
            };
            const [cached, afresh] = await Promise.all([
              gateways[gateway]?.query(query, variables),
              uncached.query(query, variables),
            ]);
            expect(cached).toMatchObject({ status: 200, data: { nodes: { length: agents.length } } });
            expect(cached && withoutProvenance(cached)).toEqual(withoutProvenance(afresh));
          }),
        );
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
