import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MINUTE } from '../../../src/domain/time.ts';
import { steppedClock } from '../../support/clock.ts';
import { NOW, readQuery, startWorld, type World } from '../../support/world.ts';

interface PresenceData {
  readonly agents: {
    readonly nodes: readonly {
      readonly currentStatus: { readonly id: string } | null;
      readonly presence: object;
    }[];
  };
}

/** The default of `cache.ttl.statusLive`. */
const STATUS_TTL_MS = 15_000;

const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

test('shows the age of a status that is served while the vendor is down, and why', async () => {
  const gateway = await world.startGateway();
  const document = readQuery(import.meta.dirname);
  const observedAt = new Date(NOW).toISOString();
  const times = { fetchedAt: observedAt, freshUntil: new Date(NOW + STATUS_TTL_MS).toISOString() };
  const idsOf = ({ data }: { readonly data: PresenceData }) =>
    data.agents.nodes.map(({ currentStatus }) => currentStatus?.id ?? null);
  const first = await gateway.query<PresenceData>(document);
  expect(first.errors).toBeUndefined();
  expect(new Set(idsOf(first)).size).toBeGreaterThan(2);
  expect(first.data.agents.nodes).toEqual(
    idsOf(first).map((id) => ({
      currentStatus: id && { id, observedAt },
      presence: {
        observedAt,
        complete: true,
        status: id && { id, observedAt },
        sources: [{ outcome: 'OK', ...times, error: null }],
      },
    })),
  );

  clock.advance(9 * MINUTE);
  world.vendors.kore.injectFault({ kind: 'down' });
  const stale = await gateway.query<PresenceData>(document);
  expect(stale.errors).toBeUndefined();
  const error = { code: 'VENDOR_UNAVAILABLE', reason: expect.any(String), retryable: true };
  expect(stale.data.agents.nodes).toEqual(
    idsOf(first).map((id) => ({
      currentStatus: id && { id, observedAt },
      presence: {
        observedAt,
        complete: false,
        status: id && { id, observedAt },
        sources: [{ outcome: 'STALE', ...times, error }],
      },
    })),
  );
});

test('costs no vendor call beyond those of currentStatus', async () => {
  const gateway = await world.startGateway();
  const planOf = async (selection: string) => {
    const { extensions } = await gateway.query(
      `{ agents { nodes { ${selection} } } }`,
      {},
      { 'switchboard-explain': 'plan' },
    );
    return extensions?.switchboard;
  };
  const plan = await planOf('currentStatus { start }');
  expect(plan).toMatchObject({ plan: { total: expect.any(Number) } });
  expect(await planOf('currentStatus { start } presence { complete }')).toEqual(plan);
  expect(await planOf('presence { complete }')).toEqual(plan);
});
