import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { steppedClock } from '../../support/clock.ts';
import { OPERATOR, withOperator } from '../../support/operator.ts';
import { NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

const clock = steppedClock(NOW);
let world: World;
beforeEach(async () => {
  world = await startWorld(clock);
});
afterEach(() => world.stop());

/** All calls belong to the queries then. */
function withoutDiscovery(raw: RawConfig): RawConfig {
  const accounts = raw.accounts.map((account) => ({
    ...account,
    ...(/kore|lp/.test(account.name) && { discover: false }),
  }));
  return { ...raw, accounts };
}

const during = { from: '2026-11-18T00:00:00Z', to: '2026-11-20T00:00:00Z' };
/** Of ten agents and two days, which are one call. */
const STATUSES = `query ($during: TimeRange!) { agents(first: 10, filter: { account: "kore-main" }) { nodes {
  statusPeriods(during: $during, accounts: ["kore-main"]) { sources { fetchedAt } } } } }`;

interface Statuses {
  readonly agents: {
    readonly nodes: readonly {
      readonly statusPeriods: { readonly sources: readonly { readonly fetchedAt: string }[] };
    }[];
  };
}

function total(): number {
  return Object.values(world.calls()).flat().length;
}

describe('Cache-Control: no-cache', () => {
  test('asks the vendor again, and leaves the values for all', async () => {
    const gateway = await world.startGateway((raw) => withOperator(withoutDiscovery(raw)));
    await gateway.query(STATUSES, { during }, OPERATOR);
    clock.advance(1000);
    await gateway.query(STATUSES, { during }, OPERATOR);
    world.calls();
    const headers = { ...OPERATOR, 'switchboard-explain': 'trace', 'cache-control': 'max-age=0, No-Cache' };
    const { extensions } = await gateway.query(STATUSES, { during }, headers);
    const calls = extensions?.switchboard?.vendorCalls?.map(({ servedFrom, keys }) => [servedFrom, keys]);
    expect([calls, total()]).toEqual([[['VENDOR', 10]], 1]);
    const { data } = await gateway.query<Statuses>(STATUSES, { during }, OPERATOR);
    const times = data.agents.nodes.flatMap(({ statusPeriods }) => statusPeriods.sources.map((each) => each.fetchedAt));
    expect([new Set(times), total()]).toEqual([new Set([new Date(clock.now()).toISOString()]), 0]);
  });

  test('is ignored without the scope', async () => {
    const reader = { name: 'reader', sha256: createHash('sha256').update('reader').digest('hex') };
    const gateway = await world.startGateway((raw) => ({ ...withoutDiscovery(raw), auth: { apiKeys: [reader] } }));
    const headers = { authorization: 'Bearer reader', 'cache-control': 'no-cache' };
    await gateway.query(STATUSES, { during }, headers);
    clock.advance(1000);
    world.calls();
    await gateway.query(STATUSES, { during }, headers);
    expect(total()).toBe(0);
  });

  test('is ignored without auth: browsers send it by themselves', async () => {
    const gateway = await world.startGateway(withoutDiscovery);
    await gateway.query(STATUSES, { during });
    clock.advance(1000);
    world.calls();
    await gateway.query(STATUSES, { during }, { 'cache-control': 'no-cache' });
    expect(total()).toBe(0);
  });
});
