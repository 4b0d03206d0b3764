import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { agentIdByEmail } from '../../src/domain/global-id.ts';
import { type Gateway, type RawConfig, startWorld, type World } from '../support/world.ts';

let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway((raw) => ({
    ...raw,
    limits: { maxVendorCalls: 1_000_000, maxEstimatedItems: Number.MAX_SAFE_INTEGER },
    agents: Array.from({ length: 6000 }, (_, i): RawConfig['agents'][number] => ({
      id: `agent-${i}`,
      kind: 'human',
      name: `Agent ${i}`,
      accounts: { 'kore-main': `agent-${i}@example.com`, lp: `agent-${i}` },
    })),
  }));
});
afterAll(() => world.stop());

/** Ids that are not in the directory: each may belong to any of its agents. */
const UNKNOWN = Array.from({ length: 100 }, (_, i) => agentIdByEmail(`unknown-${i}@example.com`));
const DURING_ARGUMENT = 'during: {from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z"}';

/** A query with this many places; in each, both accounts may be read for all agents. */
function query(places: number) {
  return `query ($ids: [ID!]!) { ${Array.from({ length: places / 5 }, (_, i) => `r${i}: nodes(ids: $ids) { ...A }`).join(' ')} }
  fragment A on Agent {
    statusPeriods(${DURING_ARGUMENT}) { totalCount }
    timeInStatus(${DURING_ARGUMENT}) { seconds }
    sessions(${DURING_ARGUMENT}) { totalCount nodes { agent { statusPeriods(${DURING_ARGUMENT}) { totalCount nodes { agent { timeInStatus(${DURING_ARGUMENT}) { seconds } } } } } } }
  }`;
}

test('rejects a query that takes too many planning steps, without calling a vendor', async () => {
  const cheapPlan = await gateway.query(query(5), { ids: UNKNOWN }, { 'switchboard-explain': 'plan' });
  expect(cheapPlan.errors).toBeUndefined();
  for (const explain of [{}, { 'switchboard-explain': 'plan' }]) {
    const { status, errors } = await gateway.query(query(100), { ids: UNKNOWN }, explain);
    expect(status).toBe(400);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'QUERY_TOO_COMPLEX', limit: 'planning_steps' },
    ]);
  }
  expect(Object.values(world.calls()).flat()).toEqual([]);
});
