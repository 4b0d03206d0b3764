import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { steppedClock } from '../../support/clock.ts';
import { setUpDiskFolder } from '../../support/disk-harness.ts';
import { type Gateway, NOW, type RawConfig, readQuery, startWorld, type World } from '../../support/world.ts';

const HOUR_MS = 3_600_000;

interface Source {
  readonly endpoint: string;
  readonly outcome: string;
  readonly servedFrom: string | null;
  readonly fetchedAt: string | null;
}
interface Part {
  readonly complete: boolean;
  readonly sources: readonly Source[];
}
interface ReportData {
  readonly people: {
    readonly nodes: readonly { readonly statusTotals: Part | null; readonly sessions: Part | null }[];
  };
  readonly bots: { readonly nodes: readonly { readonly usageStats: Part | null }[] };
}

const clock = steppedClock(NOW);
const newPath = setUpDiskFolder();

let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

/** A gateway that keeps its cache in the file. Its discoveries, which are live data, are none of the report's calls. */
function start(path: string, { discover = false } = {}): Promise<Gateway> {
  const isDiscovering = (name: string) => ['kore-main', 'lp'].includes(name);
  return world.startGateway((raw): RawConfig => ({
    ...raw,
    cache: { path },
    accounts: raw.accounts.map((account) => (isDiscovering(account.name) ? { ...account, discover } : account)),
  }));
}

const query = readQuery(import.meta.dirname);
/** All of it has settled: yesterday by UTC, a week until ten days ago, and days of last month. */
const variables = {
  yesterday: { from: '2026-11-19T00:00:00Z', to: '2026-11-20T00:00:00Z' },
  week: { from: '2026-11-03T00:00:00Z', to: '2026-11-10T00:00:00Z' },
  days: { from: '2026-10-05', to: '2026-10-11', timeZone: 'Europe/Berlin' },
};

async function report(gateway: Gateway) {
  const { data, errors } = await gateway.query<ReportData>(query, variables);
  expect(errors).toBeUndefined();
  const parts = [
    ...data.people.nodes.flatMap(({ statusTotals, sessions }) => [statusTotals, sessions]),
    ...data.bots.nodes.map(({ usageStats }) => usageStats),
  ].filter((part) => part !== null);
  return { data, parts, sources: parts.flatMap(({ sources }) => sources) };
}

/** Removes from an answer what a cached one has otherwise. */
function withoutOrigin(data: ReportData): unknown {
  return JSON.parse(JSON.stringify(data).replaceAll('"servedFrom":"VENDOR"', '"servedFrom":"CACHE"'));
}

test('answers a report of the past without a vendor call after a restart, with its true age', async () => {
  const path = newPath();
  const first = await start(path);
  const before = await report(first);
  const endpoints = new Set(before.sources.map(({ endpoint }) => endpoint));
  expect([...endpoints].sort()).toEqual([
    'agentActivity',
    'agent_intervention.json',
    'agentstatusdetails',
    'usage.json',
  ]);
  expect(before.parts.every(({ complete }) => complete)).toBe(true);
  expect(before.sources.every(({ servedFrom }) => servedFrom === 'VENDOR')).toBe(true);
  await first.stop();
  world.calls();

  clock.advance(HOUR_MS);
  const second = await start(path);
  const after = await report(second);
  expect(world.calls()).toEqual({ avaamo: [], kore: [], liveperson: [], vonage: [] });
  expect(after.sources.every(({ servedFrom, outcome }) => servedFrom === 'CACHE' && outcome === 'OK')).toBe(true);
  expect(after.data).toEqual(withoutOrigin(before.data));
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  expect(metrics).toMatch(/^switchboard_cache_entries\{level="disk"\} [1-9]\d+$/m);
  expect(metrics).toContain('switchboard_cache_max_bytes{level="disk"} 1073741824\n');
  await second.stop();
});

test('asks the vendor for live data after a restart', async () => {
  const path = newPath();
  const live = `{ agents(first: 20, filter: { account: "kore-main" }) { nodes {
    currentStatus { status observedAt }
  } } }`;
  const first = await start(path);
  expect((await first.query(live)).errors).toBeUndefined();
  await first.stop();
  world.calls();
  const second = await start(path);
  expect((await second.query(live)).errors).toBeUndefined();
  expect(world.calls().kore).toHaveLength(1);
  await second.stop();
});

test('asks again after the TTL, and answers with what is final while the vendors fail', async () => {
  const path = newPath();
  const final = `query ($yesterday: TimeRange!) { agents(first: 20, filter: { account: "kore-main" }) { nodes {
    statusTotals(during: $yesterday, accounts: ["kore-main"]) {
      complete sources { endpoint outcome servedFrom fetchedAt } nodes { status seconds }
    }
  } } }`;
  const first = await start(path);
  const before = await first.query(final, variables);
  await first.stop();

  clock.advance(25 * HOUR_MS);
  world.vendors.kore.injectFault({ kind: 'down' });
  const second = await start(path);
  const during = await second.query(final, variables);
  expect(during.errors).toBeUndefined();
  const fromCache = JSON.stringify(before.data).replaceAll('"servedFrom":"VENDOR"', '"servedFrom":"CACHE"');
  expect(during.data).toEqual(JSON.parse(fromCache));
  await second.stop();

  world.vendors.kore.clearFaults();
  const third = await start(path);
  expect(JSON.stringify((await third.query(final, variables)).data)).not.toContain('"servedFrom":"CACHE"');
  await third.stop();
});

test('knows the agents of earlier discoveries after a restart, while the vendors fail', async () => {
  const path = newPath();
  const agents = '{ agents(first: 1) { totalCount } }';
  const first = await start(path, { discover: true });
  const before = await first.query<{ agents: { totalCount: number } }>(agents);
  expect(before.data.agents.totalCount).toBeGreaterThan(world.config.agents.length);
  await first.stop();
  for (const vendor of [world.vendors.kore, world.vendors.liveperson]) vendor.injectFault({ kind: 'down' });
  const second = await start(path, { discover: true });
  expect((await second.query(agents)).data).toEqual(before.data);
  await second.stop();
  for (const vendor of [world.vendors.kore, world.vendors.liveperson]) vendor.clearFaults();
});
