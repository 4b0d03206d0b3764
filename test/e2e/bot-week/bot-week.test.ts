import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Gateway, readQuery, startWorld, type World } from '../../support/world.ts';

interface UsageData {
  readonly agents: {
    readonly nodes: readonly {
      readonly usageStats: {
        readonly complete: boolean;
        readonly sources: readonly { readonly endpoint: string; readonly outcome: string }[];
        readonly current: { readonly asked: number | null; readonly interventionsCount?: number | null };
        readonly buckets: readonly { readonly start: string; readonly end: string }[];
      };
    }[];
  };
}

let world: World;
let gateway: Gateway;
let bots: number;
beforeAll(async () => {
  world = await startWorld();
  bots = world.config.agents.filter(({ kind }) => kind === 'virtual').length;
});
afterAll(() => world.stop());
beforeEach(async () => {
  gateway = await world.startGateway();
  world.vendors.avaamo.clearFaults();
});

const days = { from: '2026-03-02', to: '2026-03-08', timeZone: 'America/New_York' };
function queryUsage(withInterventions: boolean) {
  return gateway.query<UsageData>(readQuery(import.meta.dirname), { days, withInterventions });
}

test('calls only the Avaamo endpoint whose fields are selected', async () => {
  const { data } = await queryUsage(false);

  const { avaamo } = world.calls();
  expect(avaamo).toHaveLength(bots);
  expect(avaamo.every((call) => call.endsWith('/usage.json'))).toBe(true);
  for (const { usageStats } of data.agents.nodes) {
    expect(usageStats.sources.map(({ endpoint }) => endpoint)).toEqual(['usage.json']);
    expect(usageStats.buckets).toHaveLength(9);
    // Local midnight in New York, five hours behind UTC that week.
    expect(usageStats.buckets[0]?.start).toBe('2026-03-02T05:00:00.000Z');
  }
});

test('calls both Avaamo endpoints when fields of both are selected', async () => {
  const { data } = await queryUsage(true);

  expect(world.calls().avaamo).toHaveLength(2 * bots);
  expect(data.agents.nodes.every(({ usageStats }) => usageStats.complete)).toBe(true);
});

test('returns null for the fields of a failed Avaamo endpoint, the rest as data, and complete: false', async () => {
  world.vendors.avaamo.injectFault({ path: 'agent_intervention.json', status: 503 });

  const { data, errors } = await queryUsage(true);

  expect(errors).toBeUndefined();
  for (const { usageStats } of data.agents.nodes) {
    expect(usageStats.complete).toBe(false);
    expect(usageStats.current).toEqual({ asked: expect.any(Number), interventionsCount: null });
    expect(usageStats.sources).toEqual([
      { endpoint: 'usage.json', outcome: 'OK' },
      { endpoint: 'agent_intervention.json', outcome: 'FAILED' },
    ]);
  }
});

test('returns null with an error when every Avaamo endpoint fails', async () => {
  world.vendors.avaamo.injectFault({ status: 503 });

  const { data, errors } = await queryUsage(true);

  expect(data.agents.nodes.map(({ usageStats }) => usageStats as unknown)).toEqual(Array(bots).fill(null));
  expect(errors).toHaveLength(bots);
  expect(errors?.[0]).toMatchObject({
    path: ['agents', 'nodes', expect.any(Number), 'usageStats'],
    extensions: { code: 'VENDOR_UNAVAILABLE', vendor: 'AVAAMO', account: 'bots', retryable: true },
  });
});
