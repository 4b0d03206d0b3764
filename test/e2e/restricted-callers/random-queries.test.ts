import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { steppedClock } from '../../support/clock.ts';
import { collectQueryNames } from '../../support/query-names.ts';
import { randomQueries } from '../../support/random-queries.ts';
import { type E2EVendorKey, NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

// The date advances from one series of queries to the next, so that the vendors' rate limits are reset.
const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

/** Half of what Kore grants per minute: two gateways send the same calls in it. */
const limits = { maxVendorCalls: 250, maxFiles: 3, maxDepth: 100, maxTokens: 100_000, maxAliases: 1000 };
function withLimits(raw: RawConfig): RawConfig {
  return {
    ...raw,
    limits,
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...{ maxRetries: 0, requestsPerMinute: 1_000_000 },
      ...(account.name === 'lp' && { discoverHours: 3 }),
    })),
  };
}

const KEY = 'an-api-key-that-is-long-enough';
const authorization = `Bearer ${KEY}`;

/** All accounts are configured, and the caller can access some of them. */
function withRestrictedCaller(accounts: readonly string[]) {
  return (raw: RawConfig): RawConfig => ({
    ...withLimits(raw),
    auth: {
      apiKeys: [
        {
          name: 'restricted',
          sha256: createHash('sha256').update(KEY).digest('hex'),
          accounts,
          scopes: ['read', 'explain'],
        },
      ],
    },
  });
}

/** Only these accounts are configured. */
function withOnlyAccounts(accountNames: readonly string[]) {
  return (raw: RawConfig): RawConfig => {
    const full = withLimits(raw);
    return {
      ...full,
      accounts: full.accounts.filter(({ name }) => accountNames.includes(name)),
      agents: full.agents
        .map((agent) => ({
          ...agent,
          accounts: Object.fromEntries(Object.entries(agent.accounts).filter(([name]) => accountNames.includes(name))),
        }))
        .filter(({ accounts }) => Object.keys(accounts).length > 0),
    };
  };
}

const VENDORS: Readonly<Record<string, E2EVendorKey>> = {
  bots: 'avaamo',
  'kore-main': 'kore',
  lp: 'liveperson',
  vcc: 'vonage',
};

const RUNS = Number(process.env.RUNS ?? 6);

test.each([[['kore-main']], [['lp', 'bots']], [['vcc']], [['kore-main', 'vcc', 'bots']]])(
  'answers a caller restricted to %j like a gateway with only these accounts, for any query, and calls no other vendor',
  async (accounts) => {
    const names = await collectQueryNames(await world.startGateway(withLimits));
    world.calls();
    const hidden = Object.entries(VENDORS).flatMap(([name, vendor]) => (accounts.includes(name) ? [] : [vendor]));
    await fc.assert(
      fc.asyncProperty(fc.array(randomQueries(names), { minLength: 1, maxLength: 3 }), async (series) => {
        clock.advance(61_000);
        const [restrictedGateway, smallGateway] = await Promise.all([
          world.startGateway(withRestrictedCaller(accounts)),
          world.startGateway(withOnlyAccounts(accounts)),
        ]);
        for (const { document, variables } of series) {
          const [plan, ownPlan] = await Promise.all([
            restrictedGateway.query(document, variables, { authorization, 'switchboard-explain': 'plan' }),
            smallGateway.query(document, variables, { 'switchboard-explain': 'plan' }),
          ]);
          expect(plan.extensions).toEqual(ownPlan.extensions);
          const [seen, own] = await Promise.all([
            restrictedGateway.query(document, variables, { authorization }),
            smallGateway.query(document, variables),
          ]);
          const comparable = ({ status, data, errors }: typeof seen) => ({ status, data, errors: new Set(errors) });
          expect(comparable(seen)).toEqual(comparable(own));
        }
        await Promise.all([restrictedGateway.stop(), smallGateway.stop()]);
        const calls = world.calls();
        expect(hidden.flatMap((vendor) => calls[vendor])).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  900_000,
);
