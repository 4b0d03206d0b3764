import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../cache/support.ts';
import { manualClock } from '../../support/clock.ts';
import { type VendorKey, type World, lastHours, NOW, queryOf, startWorld } from '../../support/world.ts';

interface AgentAnswer {
  readonly statusPeriods: { readonly complete: boolean; readonly sources: readonly Source[] } | null;
}
interface Source {
  readonly account: { readonly name: string };
  readonly outcome: string;
  readonly error: { readonly code: string } | null;
}
interface Answer {
  readonly agents: { readonly totalCount: number; readonly nodes: readonly AgentAnswer[] };
}

interface Slow {
  readonly agents: { readonly totalCount: number; readonly nodes: readonly object[] };
}

/** The fields that are a vendor's alone, or may be. */
const FIELDS: Readonly<Record<VendorKey, readonly string[]>> = {
  kore: ['currentStatus', 'statusPeriods'],
  liveperson: ['sessions', 'statusPeriods'],
  vonage: ['latestInteractions'],
  avaamo: ['usageStats'],
};

describe.each(Object.keys(FIELDS) as VendorKey[])('%s down', (vendor) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    // Who there is, is known; then the vendor goes away.
  });
  afterAll(() => world.stop());

  test('costs its own fields only', async () => {
    const gateway = await world.gateway((raw) => ({
      ...raw,
      cache: { ttl: { interactions: 0, statusLive: 0, usageLive: 0 } },
    }));
    const before = await gateway.query<Answer>('{ agents { totalCount } accounts { name vendor state } }');
    world.vendors[vendor].fault({ kind: 'down' });

    const during = lastHours(2);
    const day = during.to.slice(0, 10);
    const {
      status,
      data,
      errors = [],
    } = await gateway.query<Answer>(queryOf(import.meta.dirname), {
      during,
      days: { from: day, to: day },
    });

    expect(status).toBe(200);
    expect(data.agents.totalCount).toBe(before.data.agents.totalCount);
    expect(errors.length).toBeGreaterThan(0);
    for (const { path, extensions } of errors) {
      expect(FIELDS[vendor]).toContain(path?.[3]);
      // What a source's report tells of a failure is data.
      expect(path).not.toContain('sources');
      expect(extensions).toMatchObject({ code: 'VENDOR_UNAVAILABLE', vendor: vendor.toUpperCase(), retryable: true });
    }
    const withTwo = data.agents.nodes.flatMap(({ statusPeriods }) =>
      statusPeriods?.sources.length === 2 ? [statusPeriods] : [],
    );
    expect(withTwo.length).toBeGreaterThan(0);
    for (const { complete, sources } of withTwo) {
      expect(complete).toBe(sources.every(({ outcome }) => outcome === 'OK'));
      expect(sources.some(({ outcome }) => outcome === 'OK')).toBe(true);
    }

    const { data: after } = await gateway.query<{ accounts: readonly { vendor: string; state: string }[] }>(
      '{ accounts { vendor state lastError } }',
    );
    const states = Object.fromEntries(after.accounts.map((account) => [account.vendor, account.state]));
    expect(states).toMatchObject({ [vendor.toUpperCase()]: expect.stringMatching(/DOWN|DEGRADED/) });
    expect(Object.values(states).filter((state) => state === 'OK')).toHaveLength(3);
  });
});

describe('a vendor that never answers, on a clock that stands still', () => {
  const clock = manualClock(NOW);
  let world: World;
  beforeAll(async () => {
    world = await startWorld(clock);
  });
  afterAll(async () => {
    const timeGoesOn = setInterval(() => {
      clock.advance(1000);
    }, 1);
    await world.stop();
    clearInterval(timeGoesOn);
  });

  test('costs its own fields only: what others know is there when the request’s time is up', async () => {
    const gateway = await world.gateway((raw) => ({ ...raw, limits: { requestTimeoutMs: 500 } }));
    world.vendors.kore.fault({ kind: 'hang' });
    const answer = gateway.query<Slow>(`{
      agents(first: 1, filter: { account: "vcc", kind: HUMAN }) {
        totalCount
        nodes { currentStatus { status } latestInteractions { complete } }
      }
    }`);
    await until(() => world.vendors.kore.calls().length > 0);
    // Finding out who there is has half of the time.
    clock.advance(250);
    await until(async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      return metrics.includes('vendor_requests_total{account="vcc",endpoint="latestInteractions",outcome="OK"}');
    });
    clock.advance(250);
    const { status, data, errors } = await answer;
    expect(status).toBe(200);
    expect(data.agents.totalCount).toBeGreaterThan(0);
    expect(data.agents.nodes).toEqual([{ currentStatus: null, latestInteractions: { complete: true } }]);
    expect(errors).toMatchObject([
      { path: ['agents', 'nodes', 0, 'currentStatus'], extensions: { code: 'VENDOR_TIMEOUT', vendor: 'KORE' } },
    ]);
  });
});
