import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { steppedClock } from '../support/clock.ts';
import { collectQueryNames } from '../support/query-names.ts';
import { randomQueries, type RandomQuery } from '../support/random-queries.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

type Account = RawConfig['accounts'][number];

/** Raises all limits, so that only the plan bounds a query. Few LivePerson files, because reading them is slow and not counted. */
function unbounded(raw: RawConfig, change: (account: Account) => object): RawConfig {
  return {
    ...raw,
    limits: {
      ...{ maxVendorCalls: 1_000_000, maxTokens: 100_000, maxAliases: 1000, maxDepth: 100, maxFiles: 3 },
      ...{ maxEstimatedItems: Number.MAX_SAFE_INTEGER, maxResponseObjects: 1_000_000_000 },
    },
    accounts: raw.accounts.map((account) => ({
      ...account,
      // A rate-limited call is acceptable here; waiting after one would take too long.
      ...{ requestsPerMinute: 1_000_000, honorRetryAfter: false, maxRetries: 0 },
      ...(account.name === 'lp' && { discoverHours: 3 }),
      ...change(account),
    })),
  };
}

/** Gives every eighth agent a Kore userId that does not exist: its pages are read all the same. */
function withUserIds(raw: RawConfig): RawConfig {
  return {
    ...raw,
    agents: raw.agents.map((agent, index) => {
      const { 'kore-main': email, ...accounts } = agent.accounts;
      return index % 8 > 0 || email === undefined
        ? agent
        : { ...agent, accounts: { ...accounts, 'kore-main': `u-${index}` } };
    }),
  };
}

const CONFIGURATIONS: Readonly<Record<string, (raw: RawConfig) => RawConfig>> = {
  'the default configuration': (raw) => unbounded(raw, () => ({})),
  'without discovery, two days per call': (raw) =>
    unbounded(raw, ({ name }) => ({
      ...(name === 'kore-main' && { discover: false, maxDaysPerCall: 2 }),
      ...(name === 'lp' && { discover: false }),
    })),
  'userIds, five days per call, Vonage version 1': (raw) =>
    unbounded(withUserIds(raw), ({ name }) => ({
      ...(name === 'kore-main' && { maxDaysPerCall: 5 }),
      ...(name === 'vcc' && { apiVersion: 1 }),
    })),
  'live data not cached': (raw) => ({
    ...unbounded(raw, () => ({})),
    cache: { ttl: { interactions: 0, statusLive: 0, usageLive: 0, directory: 0 } },
  }),
};

interface Plan {
  readonly vendorCalls: readonly { readonly atMost: number; readonly cached: number }[];
  readonly total: number;
  readonly expected: number;
}

/** Every call that the vendors received, except for LivePerson's files. */
function callsMade(): readonly string[] {
  const calls = Object.values(world.calls()).flat();
  return calls.filter((call) => !call.includes('/agentActivity/'));
}

async function fetchPlan(gateway: Gateway, { document, variables }: RandomQuery): Promise<Plan> {
  const reply = await gateway.query(document, variables, { 'switchboard-explain': 'plan' });
  const { plan } = (reply.extensions?.switchboard ?? {}) as { readonly plan?: Plan };
  if (!plan) throw new Error(JSON.stringify(reply));
  return plan;
}

const RUNS = Number(process.env.RUNS ?? 5);

test.each(Object.entries(CONFIGURATIONS))(
  'never makes more vendor calls than the plan of a random query: %s',
  async (_title, change) => {
    const names = await collectQueryNames(await world.startGateway((raw) => unbounded(raw, () => ({}))));
    const querySeries = fc.array(
      fc.record({ query: randomQueries(names), later: fc.constantFrom(0, 0, 1000, 12_000, 70_000, 400_000) }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(querySeries, async (series) => {
        // One minute later, the rate limits of vendors and gateway are reset.
        clock.advance(61_000);
        const gateway = await world.startGateway(change);
        world.calls();
        for (const { query, later } of series) {
          clock.advance(later);
          const { vendorCalls, total, expected } = await fetchPlan(gateway, query);
          expect(callsMade()).toEqual([]);
          const { errors } = await gateway.query(query.document, query.variables);
          const unexpectedErrors = errors?.filter(
            ({ extensions }) =>
              !/^(BAD_USER_INPUT|NOT_FOUND|VENDOR_RATE_LIMITED)$/.test(extensions.code) &&
              !/^(file_limit|retention)$/.test(String(extensions.reason)),
          );
          expect(unexpectedErrors ?? []).toEqual([]);
          const calls = callsMade().length;
          const cached = vendorCalls.reduce((sum, line) => sum + line.cached, 0);
          expect(vendorCalls.reduce((sum, line) => sum + line.atMost, 0)).toBe(total);
          expect(expected).toBe(total - cached);
          expect(calls).toBeLessThanOrEqual(expected);
        }
        await gateway.stop();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  900_000,
);
