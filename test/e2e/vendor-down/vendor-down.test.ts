import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../support/cache-harness.ts';
import { manualClock } from '../../support/clock.ts';
import { type E2EVendorKey, lastHours, NOW, readQuery, startWorld, type World } from '../../support/world.ts';

interface AgentData {
  readonly statusPeriods: { readonly complete: boolean; readonly sources: readonly Source[] } | null;
}
interface Source {
  readonly account: { readonly name: string };
  readonly outcome: string;
  readonly error: { readonly code: string } | null;
}
interface AgentsData {
  readonly agents: { readonly totalCount: number; readonly nodes: readonly AgentData[] };
}

interface SlowVendorData {
  readonly agents: { readonly totalCount: number; readonly nodes: readonly object[] };
}

/** The fields that depend on a vendor. */
const FIELDS_BY_VENDOR: Readonly<Record<E2EVendorKey, readonly string[]>> = {
  kore: ['currentStatus', 'statusPeriods'],
  liveperson: ['sessions', 'statusPeriods'],
  vonage: ['latestInteractions'],
  avaamo: ['usageStats'],
};

describe.each(Object.keys(FIELDS_BY_VENDOR) as E2EVendorKey[])('%s down', (vendor) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test(`returns all other fields when ${vendor} is down`, async () => {
    const gateway = await world.startGateway((raw) => ({
      ...raw,
      cache: { ttl: { interactions: 0, statusLive: 0, usageLive: 0 } },
    }));
    const before = await gateway.query<AgentsData>('{ agents { totalCount } accounts { name vendor state } }');
    world.vendors[vendor].injectFault({ kind: 'down' });

    const during = lastHours(2);
    const day = during.to.slice(0, 10);
    const {
      status,
      data,
      errors = [],
    } = await gateway.query<AgentsData>(readQuery(import.meta.dirname), {
      during,
      days: { from: day, to: day },
    });

    expect(status).toBe(200);
    expect(data.agents.totalCount).toBe(before.data.agents.totalCount);
    expect(errors.length).toBeGreaterThan(0);
    for (const { path, extensions } of errors) {
      expect(FIELDS_BY_VENDOR[vendor]).toContain(path?.[3]);
      // An error in a source report is data, not an error of the response.
      expect(path).not.toContain('sources');
      expect(extensions).toMatchObject({ code: 'VENDOR_UNAVAILABLE', vendor: vendor.toUpperCase(), retryable: true });
    }
    const periodsOfTwoSources = data.agents.nodes.flatMap(({ statusPeriods }) =>
      statusPeriods?.sources.length === 2 ? [statusPeriods] : [],
    );
    expect(periodsOfTwoSources.length).toBeGreaterThan(0);
    for (const { complete, sources } of periodsOfTwoSources) {
      expect(complete).toBe(sources.every(({ outcome }) => outcome === 'OK'));
      // LivePerson has not written the last hours yet.
      expect(sources.some(({ outcome }) => outcome === 'OK' || outcome === 'PARTIAL')).toBe(true);
    }

    const { data: after } = await gateway.query<{ accounts: readonly { vendor: string; state: string }[] }>(
      '{ accounts { vendor state lastError } }',
    );
    const states = Object.fromEntries(after.accounts.map((account) => [account.vendor, account.state]));
    expect(states).toMatchObject({ [vendor.toUpperCase()]: expect.stringMatching(/DOWN|DEGRADED/) });
    expect(Object.values(states).filter((state) => state === 'OK')).toHaveLength(3);
  });
});

describe('a vendor that never answers, on a manual clock', () => {
  const clock = manualClock(NOW);
  let world: World;
  beforeAll(async () => {
    world = await startWorld(clock);
  });
  afterAll(async () => {
    const clockTimer = setInterval(() => {
      clock.advance(1000);
    }, 1);
    await world.stop();
    clearInterval(clockTimer);
  });

  test('returns the fields of all other vendors at the request deadline', async () => {
    const gateway = await world.startGateway((raw) => ({ ...raw, limits: { requestTimeoutMs: 500 } }));
    world.vendors.kore.injectFault({ kind: 'hang' });
    const response = gateway.query<SlowVendorData>(`{
      agents(first: 1, filter: { account: "vcc", kind: HUMAN }) {
        totalCount
        nodes { currentStatus { status } latestInteractions { complete } }
      }
    }`);
    await waitUntil(() => world.vendors.kore.calls().length > 0);
    // Discovery may take half of the time.
    clock.advance(250);
    await waitUntil(async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      return metrics.includes(
        'vendor_requests_total{account="vcc",endpoint="latestInteractions",outcome="OK",reason="none"}',
      );
    });
    clock.advance(250);
    const { status, data, errors } = await response;
    expect(status).toBe(200);
    expect(data.agents.totalCount).toBeGreaterThan(0);
    expect(data.agents.nodes).toEqual([{ currentStatus: null, latestInteractions: { complete: true } }]);
    expect(errors).toMatchObject([
      { path: ['agents', 'nodes', 0, 'currentStatus'], extensions: { code: 'VENDOR_TIMEOUT', vendor: 'KORE' } },
    ]);
  });
});
