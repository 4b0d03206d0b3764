import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lastHours, readQuery, startWorld, type World } from '../../support/world.ts';

interface WallboardData {
  readonly agents: {
    readonly nodes: readonly {
      readonly currentStatus: { readonly id: string; readonly isOngoing: boolean; readonly end: string | null } | null;
      readonly statusPeriods: { readonly complete: boolean; readonly nodes: readonly { readonly id: string }[] };
    }[];
  };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** Without discovery, so that only the calls of the query itself are counted. */
function withoutDiscovery(raw: Parameters<NonNullable<Parameters<World['startGateway']>[0]>>[0]) {
  return {
    ...raw,
    accounts: raw.accounts.map((account) =>
      account.discover === undefined && !/kore|lp/.test(account.name) ? account : { ...account, discover: false },
    ),
  };
}

test('reads current and past statuses of all agents with one POST per 50 agents', async () => {
  const gateway = await world.startGateway(withoutDiscovery);
  const during = lastHours(24);

  const { data, errors } = await gateway.query<WallboardData>(readQuery(import.meta.dirname), { during });

  expect(errors).toBeUndefined();
  const { nodes } = data.agents;
  expect(world.calls().kore).toHaveLength(Math.ceil(nodes.length / 50));
  const onShift = nodes.filter(({ currentStatus }) => currentStatus !== null);
  expect(onShift.length).toBeGreaterThan(0);
  for (const { currentStatus, statusPeriods } of onShift) {
    expect(currentStatus).toMatchObject({ isOngoing: true, end: null });
    // The same period has the same id in both fields.
    expect(statusPeriods.nodes.map(({ id }) => id)).toContain(currentStatus?.id);
  }
});
