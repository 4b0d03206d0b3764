import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type RawConfig, readQuery, startWorld, type World } from '../../support/world.ts';

interface Counts {
  readonly total: number;
  readonly counts: readonly { readonly status: string; readonly count: number; readonly longestSince: string }[];
  readonly withoutStatus: number;
  readonly unknown: number;
  readonly complete: boolean;
}
interface CountsData {
  readonly statusCounts: Counts;
}
interface AgentsData {
  readonly agents: {
    readonly nodes: readonly { readonly currentStatus: { readonly status: string; readonly start: string } | null }[];
  };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.vendors.kore.clearFaults();
});

const query = readQuery(import.meta.dirname);
const allStatuses = '{ agents(first: 1000) { nodes { currentStatus { status start } } } }';
const teamList = '{ teams { id name agents(first: 1000) { totalCount nodes { team { id } } } } }';

/** Without discovery, which reads the statuses of today, too. */
function withoutDiscovery(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) =>
      /^(kore-main|lp)$/.test(account.name) ? { ...account, discover: false } : account,
    ),
  };
}

test('counts what the list of agents shows, with the same vendor calls', async () => {
  const gateway = await world.startGateway();
  const { data } = await gateway.query<CountsData>(query);
  const calls = world.calls();
  const other = await world.startGateway();
  world.calls();
  const list = await other.query<AgentsData>(allStatuses);
  expect(world.calls().kore).toHaveLength(calls.kore.length);

  const periods = list.data.agents.nodes.flatMap(({ currentStatus }) => currentStatus ?? []);
  const { statusCounts } = data;
  expect(statusCounts).toMatchObject({ total: list.data.agents.nodes.length, unknown: 0, complete: true });
  expect(statusCounts.withoutStatus).toBe(statusCounts.total - periods.length);
  for (const status of ['AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE']) {
    const counts = statusCounts.counts.filter((each) => each.status === status);
    const inStatus = periods.filter((period) => period.status === status);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(inStatus.length);
    expect(counts.map(({ longestSince }) => longestSince).toSorted()[0]).toBe(
      inStatus.map(({ start }) => start).toSorted()[0],
    );
  }
  expect(periods.length).toBeGreaterThan(5);
});

test('lists the teams with their agents, without a vendor call', async () => {
  const gateway = await world.startGateway(withoutDiscovery);
  world.calls();
  interface Teams {
    readonly teams: readonly {
      readonly id: string;
      readonly agents: { readonly totalCount: number; readonly nodes: readonly object[] };
    }[];
  }
  const { data } = await gateway.query<Teams>(teamList);
  // Not a team whose agents are all left to discovery.
  const inTeams = new Set(world.config.agents.map(({ team }) => team));
  expect(data.teams.map(({ id }) => id)).toEqual(
    world.config.teams.map(({ id }) => id).filter((id) => inTeams.has(id)),
  );
  for (const { id, agents } of data.teams) {
    expect(agents.totalCount).toBe(world.config.agents.filter(({ team }) => team === id).length);
    expect(agents.nodes).toEqual(agents.nodes.map(() => ({ team: { id } })));
  }
  expect(Object.values(world.calls()).flat()).toEqual([]);
});

test('counts one team with the calls of its agents alone', async () => {
  const team = world.config.teams.find(({ id }) => world.config.agents.some((agent) => agent.team === id));
  const gateway = await world.startGateway();
  world.calls();
  const { data } = await gateway.query<CountsData>(query, { filter: { teams: [team?.id] } });
  expect(data.statusCounts.total).toBe(world.config.agents.filter((agent) => agent.team === team?.id).length);
});

test('returns null with an error where the only vendor that could tell fails', async () => {
  const gateway = await world.startGateway(withoutDiscovery);
  world.vendors.kore.injectFault({ status: 503 });
  const { data, errors } = await gateway.query<CountsData>(query);
  expect(data.statusCounts).toBeNull();
  expect(errors).toMatchObject([
    { path: ['statusCounts'], extensions: { code: 'VENDOR_UNAVAILABLE', account: 'kore-main' } },
  ]);
});

test('shows a restricted caller the counts and teams of the agents that it may see', async () => {
  const key = 'an-api-key-that-is-long-enough';
  const sha256 = createHash('sha256').update(key).digest('hex');
  const gateway = await world.startGateway((raw) => ({
    ...raw,
    auth: { apiKeys: [{ name: 'bots', sha256, accounts: ['bots'] }] },
  }));
  const headers = { authorization: `Bearer ${key}` };
  const { data } = await gateway.query<CountsData>(query, {}, headers);
  const bots = world.config.agents.filter(({ kind }) => kind === 'virtual').length;
  expect(data.statusCounts).toMatchObject({ total: bots, counts: [], withoutStatus: bots, complete: true });
  const { data: lists } = await gateway.query<{ readonly teams: readonly { readonly id: string }[] }>(
    '{ teams { id } }',
    {},
    headers,
  );
  const visible = new Set(world.config.agents.flatMap(({ kind, team }) => (kind === 'virtual' ? (team ?? []) : [])));
  expect(new Set(lists.teams.map(({ id }) => id))).toEqual(visible);
  const hidden = world.config.teams.find(({ id }) => !visible.has(id))?.id;
  const { errors } = await gateway.query(query, { filter: { teams: [hidden] } }, headers);
  const { errors: unknown } = await gateway.query(query, { filter: { teams: ['none'] } }, headers);
  expect(errors?.[0]?.message.replace(hidden ?? '', 'none')).toBe(unknown?.[0]?.message);
});
