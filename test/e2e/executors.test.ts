import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { steppedClock } from '../support/clock.ts';
import { collectQueryNames } from '../support/query-names.ts';
import { randomQueries, type RandomQuery } from '../support/random-queries.ts';
import { type Gateway, type GatewayResponse, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

function withExecutor(executor: 'standard' | 'prepared') {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    limits: { maxVendorCalls: 250, maxFiles: 3, maxDepth: 100, maxTokens: 100_000, maxAliases: 1000 },
    // Both execute every query.
    performance: { responseCacheBytes: 0, executor },
    // Values of less than 5 seconds are never revalidated in the background, whose requests would be sent at any moment.
    cache: { ttl: { statusLive: 4, interactions: 3, usageLive: 2, directory: 36_000 } },
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...{ maxRetries: 0, requestsPerMinute: 1_000_000 },
      ...(account.name === 'lp' && { discoverHours: 3 }),
    })),
  });
}

const DURING = 'during: { from: "2026-11-18T06:00:00Z", to: "2026-11-19T06:00:00Z" }';
const PERIOD =
  '{ id __typename status label vendorStatus start end durationSeconds isOngoing observedAt account { name } }';

/** All fields whose text is kept with their object, and the same ones with other neighbours or under other names. */
const CONSTANT_FIELDS: readonly RandomQuery[] = [
  `{ agents(first: 20) { nodes { id key kind name email statusPeriods(${DURING}) { nodes ${PERIOD} } } } }`,
  `{ agents(first: 20) { nodes { email name: id id: email accounts { ref account { name } }
     statusPeriods(${DURING}) { edges { node { start: end end: start status id } } } } } }`,
  `{ agents(filter: { account: "lp" }) { nodes { sessions(${DURING}) { nodes {
     id vendorSessionId loginAt logoutAt state durationSeconds profileIds peakConcurrentEngagements groupId statusPeriods ${PERIOD}
     events { type at status vendorStatus previousVendorStatus concurrentEngagements maxConcurrentEngagements } } } } } }`,
  `{ agents(filter: { account: "vcc" }) { nodes { id name latestInteractions(size: 3) {
     nodes { id guid __typename account { name } agent { id name } } } presence { observedAt status ${PERIOD} } } } }`,
].map((document) => ({ document, variables: {} }));

/** How often each query is asked: first, then with its shape known, then with its objects seen, then with their texts. */
const REPETITIONS = 4;

async function ask({ url }: Gateway, { document: query, variables }: RandomQuery) {
  world.calls();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { errors, data, extensions } = JSON.parse(text) as Partial<GatewayResponse<unknown>>;
  const { status, headers } = response;
  return {
    status,
    cacheControl: headers.get('cache-control'),
    // Errors stand in the order in which they occurred, which is that of the vendors' answers.
    answer: errors ? JSON.stringify({ data, extensions }) : text,
    errors: new Set(errors),
    calls: Object.values(world.calls()).map((calls) => calls.toSorted()),
    // One of the fields that cannot be null was rejected before the others were done: what these had asked is cancelled.
    hasEndedEarly: data === null,
  };
}

const RUNS = Number(process.env.RUNS ?? 8);

test('any query is answered with the same text, and by the same vendor calls, whichever executor runs it', async () => {
  const names = await collectQueryNames(await world.startGateway());
  const queries = fc.array(fc.oneof(randomQueries(names), fc.constantFrom(...CONSTANT_FIELDS)), {
    minLength: 2,
    maxLength: 5,
  });
  const seen = { data: 0, errors: 0 };
  await fc.assert(
    fc.asyncProperty(queries, fc.constantFrom(0, 1000, 5000), async (asked, waitMs) => {
      clock.advance(3_600_000);
      const prepared = await world.startGateway(withExecutor('prepared'));
      const standard = await world.startGateway(withExecutor('standard'));
      const requests = Array.from({ length: REPETITIONS }, () => asked).flat();
      for (const query of requests) {
        clock.advance(waitMs);
        const answer = await ask(prepared, query);
        const { calls, ...expected } = await ask(standard, query);
        expect(answer).toEqual({ ...expected, calls: expected.hasEndedEarly ? answer.calls : calls });
        seen[expected.errors.size > 0 ? 'errors' : 'data'] += 1;
        if (expected.hasEndedEarly) break;
      }
      await Promise.all([prepared.stop(), standard.stop()]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(Math.min(seen.data, seen.errors)).toBeGreaterThan(0);
}, 900_000);
