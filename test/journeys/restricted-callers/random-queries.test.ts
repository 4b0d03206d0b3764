import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../../src/domain/clock.ts';
import { namesIn, queries } from '../../support/random-queries.ts';
import { NOW, type RawConfiguration, type VendorKey, type World, startWorld } from '../../support/world.ts';

// The date moves from one series of queries to the next, so that the vendors' quotas are full again.
let date = NOW;
let world: World;
beforeAll(async () => {
  world = await startWorld({ ...systemClock, now: () => date });
});
afterAll(() => world.stop());

/** Half of what Kore grants in a minute: two gateways ask the same in it. */
const limits = { maxVendorCalls: 250, maxFiles: 3, maxDepth: 100, maxTokens: 100_000, maxAliases: 1000 };
const plain = (raw: RawConfiguration): RawConfiguration => ({
  ...raw,
  limits,
  accounts: raw.accounts.map((account) => ({
    ...account,
    ...{ retries: 0, requestsPerMinute: 1_000_000 },
    ...(account.name === 'lp' && { discoverHours: 3 }),
  })),
});

const KEY = 'a-key-that-is-long-enough-for-anybody';
const authorization = `Bearer ${KEY}`;

/** Everything is configured, and the caller may see some of it. */
const restricted =
  (accounts: readonly string[]) =>
  (raw: RawConfiguration): RawConfiguration => ({
    ...plain(raw),
    auth: {
      apiKeys: [
        { name: 'one', sha256: createHash('sha256').update(KEY).digest('hex'), accounts, scopes: ['read', 'explain'] },
      ],
    },
  });

/** Only that much is configured. */
const small =
  (mine: readonly string[]) =>
  (raw: RawConfiguration): RawConfiguration => {
    const whole = plain(raw);
    return {
      ...whole,
      accounts: whole.accounts.filter(({ name }) => mine.includes(name)),
      agents: whole.agents
        .map((agent) => ({
          ...agent,
          accounts: Object.fromEntries(Object.entries(agent.accounts).filter(([name]) => mine.includes(name))),
        }))
        .filter(({ accounts }) => Object.keys(accounts).length > 0),
    };
  };

const VENDORS: Readonly<Record<string, VendorKey>> = {
  bots: 'avaamo',
  'kore-main': 'kore',
  lp: 'liveperson',
  vcc: 'vonage',
};

const RUNS = Number(process.env.RUNS ?? 6);

test.each([[['kore-main']], [['lp', 'bots']], [['vcc']], [['kore-main', 'vcc', 'bots']]])(
  'whoever may see %j gets, to any query, what a gateway answers that knows nothing else, and no other vendor is called',
  async (accounts) => {
    const names = await namesIn(await world.gateway(plain));
    world.calls();
    const hidden = Object.entries(VENDORS).flatMap(([name, vendor]) => (accounts.includes(name) ? [] : [vendor]));
    await fc.assert(
      fc.asyncProperty(fc.array(queries(names), { minLength: 1, maxLength: 3 }), async (series) => {
        date += 61_000;
        const [large, little] = await Promise.all([
          world.gateway(restricted(accounts)),
          world.gateway(small(accounts)),
        ]);
        for (const { document, variables } of series) {
          const [plan, ownPlan] = await Promise.all([
            large.query(document, variables, { authorization, 'switchboard-explain': 'plan' }),
            little.query(document, variables, { 'switchboard-explain': 'plan' }),
          ]);
          expect(plan.extensions).toEqual(ownPlan.extensions);
          const [seen, own] = await Promise.all([
            large.query(document, variables, { authorization }),
            little.query(document, variables),
          ]);
          const comparable = ({ status, data, errors }: typeof seen) => ({ status, data, errors: new Set(errors) });
          expect(comparable(seen)).toEqual(comparable(own));
        }
        await Promise.all([large.stop(), little.stop()]);
        const calls = world.calls();
        expect(hidden.flatMap((vendor) => calls[vendor])).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  900_000,
);
