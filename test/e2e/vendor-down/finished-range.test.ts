import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '../../support/cache-harness.ts';
import { steppedClock } from '../../support/clock.ts';
import { NOW, startWorld, type World } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const clock = steppedClock(NOW);

let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

interface Totals {
  readonly agents: {
    readonly nodes: readonly {
      readonly timeInStatus: readonly unknown[];
      readonly statusPeriods: {
        readonly complete: boolean;
        readonly sources: readonly { readonly outcome: string; readonly servedFrom: string }[];
      };
    }[];
  };
}

const QUERY = `query ($during: TimeRange!, $account: String!, $accounts: [String!]) {
  agents(first: 5, filter: { account: $account }) { nodes {
    timeInStatus(during: $during, accounts: $accounts) { status seconds periods }
    statusPeriods(during: $during, accounts: $accounts) { complete sources { outcome servedFrom } }
  } }
}`;

test.each([
  ['kore', 'kore-main'],
  ['liveperson', 'lp'],
] as const)('returns the totals of a finished range while %s is down, long past their TTL', async (vendor, account) => {
  const gateway = await world.startGateway((raw) => ({
    ...raw,
    cache: { ttl: { statusPast: 60, files: 60, directory: 60 }, staleIfErrorSeconds: 36_000 },
    accounts: raw.accounts.map((entry) => (/kore|lp/.test(entry.name) ? { ...entry, discover: false } : entry)),
  }));
  // Of three days ago: all of its files are written.
  const during = { from: '2026-11-16T00:00:00Z', to: '2026-11-18T00:00:00Z' };
  const variables = { during, account, accounts: [account] };
  const before = await gateway.query<Totals>(QUERY, variables);
  expect(before.errors).toBeUndefined();
  expect(before.data.agents.nodes.some(({ timeInStatus }) => timeInStatus.length > 0)).toBe(true);

  world.vendors[vendor].injectFault({ kind: 'down' });
  const callsBefore = world.vendors[vendor].calls().length;
  clock.advance(HOUR_MS);
  const after = await gateway.query<Totals>(QUERY, variables);
  await waitUntil(() => world.vendors[vendor].calls().length > callsBefore);
  expect(after.errors).toBeUndefined();
  for (const [index, { timeInStatus, statusPeriods }] of after.data.agents.nodes.entries()) {
    expect(timeInStatus).toEqual(before.data.agents.nodes[index]?.timeInStatus);
    expect(statusPeriods).toMatchObject({ complete: true, sources: [{ outcome: 'OK', servedFrom: 'CACHE' }] });
  }
  await gateway.stop();
});
