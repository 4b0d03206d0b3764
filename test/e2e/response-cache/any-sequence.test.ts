import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { steppedClock } from '../../support/clock.ts';
import { collectQueryNames } from '../../support/query-names.ts';
import { randomQueries, type RandomQuery } from '../../support/random-queries.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

// Never the same time twice, so that a gateway of one run and that of another ask the vendors in different minutes.
const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

const CALLERS: Readonly<Record<string, readonly string[] | undefined>> = {
  everything: undefined,
  'also-everything': undefined,
  'kore-and-bots': ['kore-main', 'bots'],
  'files-and-calls': ['lp', 'vcc'],
};

function keyOf(name: string) {
  return `a-key-for-${name}-that-is-long-enough`;
}

function withCallers(responseCacheBytes: number) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    limits: { maxVendorCalls: 250, maxFiles: 3, maxDepth: 100, maxTokens: 100_000, maxAliases: 1000 },
    performance: { responseCacheBytes },
    // Values of less than 5 seconds are never revalidated in the background, whose requests would be sent at any moment.
    cache: { ttl: { statusLive: 4, interactions: 3, usageLive: 2, directory: 36_000 } },
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...{ maxRetries: 0, requestsPerMinute: 1_000_000 },
      ...(account.name === 'lp' && { discoverHours: 3 }),
    })),
    auth: {
      apiKeys: Object.entries(CALLERS).map(([name, accounts]) => ({
        name,
        sha256: createHash('sha256').update(keyOf(name)).digest('hex'),
        ...(accounts && { accounts }),
        scopes: ['read'],
      })),
    },
  });
}

interface Step {
  /** The query, by its place among the queries of the run. */
  readonly query: number;
  readonly caller: string;
  /** Before the query is asked, and before each time that it is asked again. */
  readonly waitMs: number;
  readonly again: readonly number[];
}

const RANDOM_QUERIES = 3;

/** What depends on more than the entries of the cache. */
const DELICATE_QUERIES: readonly RandomQuery[] = [
  '{ agents { nodes { presence { observedAt complete sources { servedFrom fetchedAt } } } } }',
  '{ accounts { name state lastSuccessAt } agents(first: 5) { complete nodes { currentStatus { start } } } }',
  `{ agents(filter: { account: "lp" }) { nodes { statusPeriods(during: { from: "2026-11-15T03:00:00Z", to: "2026-12-20T00:00:00Z" }) {
      nodes { start } sources { outcome coveredFrom coveredTo error { reason message } } } } } }`,
  `{ agents(filter: { account: "kore-main" }) { nodes {
      timeInStatus(during: { from: "2026-11-20T03:00:00Z", to: "2026-12-20T00:00:00Z" }) { status seconds } } } }`,
].map((document) => ({ document, variables: {} }));

const steps = fc.array(
  fc.record<Step>({
    query: fc.nat(RANDOM_QUERIES + DELICATE_QUERIES.length - 1),
    caller: fc.constantFrom(...Object.keys(CALLERS)),
    waitMs: fc.constantFrom(0, 500, 1000, 2000, 90_000),
    again: fc.array(fc.constantFrom(0, 0, 0, 500, 1000), { maxLength: 3 }),
  }),
  { minLength: 2, maxLength: 8 },
);

async function ask(gateway: Gateway, { document, variables }: RandomQuery, caller: string) {
  const authorization = `Bearer ${keyOf(caller)}`;
  const { headers, errors, ...answer } = await gateway.query(document, variables, { authorization });
  const maxAge = Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0);
  // Errors stand in the order in which they occurred, which is that of the vendors' answers.
  return { answer: { ...answer, errors: new Set(errors) }, maxAge, cacheStatus: headers.get('cache-status') ?? '' };
}

/**
 * Whether the response ended before its fields were done: one of those that cannot be null was rejected. What the others had asked
 * the vendors is cancelled, and how much of it was cached by then depends on the machine.
 */
function hasEndedEarly({ data }: { readonly data?: unknown }) {
  return data === null;
}

const RUNS = Number(process.env.RUNS ?? 10);

test('any sequence of queries by any callers is answered as without a response cache', async () => {
  const names = await collectQueryNames(await world.startGateway());
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomQueries(names), { minLength: RANDOM_QUERIES, maxLength: RANDOM_QUERIES }),
      steps,
      async (queries, series) => {
        clock.advance(3_600_000);
        const [cached, plain] = [
          await world.startGateway(withCallers(10_000_000)),
          await world.startGateway(withCallers(0)),
        ];
        const requests = series.flatMap(({ query, caller, waitMs, again }) =>
          [waitMs, ...again].map((ms) => ({ chosen: [...queries, ...DELICATE_QUERIES][query], caller, ms })),
        );
        for (const { chosen, caller, ms } of requests) {
          if (!chosen) throw new Error('no such query');
          clock.advance(ms);
          const seen = await ask(cached, chosen, caller);
          const expected = await ask(plain, chosen, caller);
          if (seen.cacheStatus.includes('hit')) hits += 1;
          expect(expected.cacheStatus).toBe('');
          expect(seen.answer).toEqual(expected.answer);
          // A response keeps the lifetime of the parts that it was made of, which may be shorter than that of their result.
          expect(seen.maxAge).toBeLessThanOrEqual(expected.maxAge);
          if (hasEndedEarly(seen.answer)) break;
        }
        await Promise.all([cached.stop(), plain.stop()]);
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
  // Without a hit the property would hold for a gateway that never uses the cache.
  expect(hits).toBeGreaterThan(RUNS);
}, 900_000);
