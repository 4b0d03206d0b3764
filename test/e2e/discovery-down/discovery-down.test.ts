import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { manualClock } from '../../support/clock.ts';
import { type Gateway, NOW, readQuery, startWorld, type World } from '../../support/world.ts';

interface Source {
  readonly account: { readonly name: string };
  readonly outcome: string;
  readonly fetchedAt: string | null;
  readonly servedFrom: string | null;
  readonly error: { readonly code: string } | null;
}
interface DiscoveryData {
  readonly agents: { readonly totalCount: number; readonly complete: boolean; readonly sources: readonly Source[] };
  readonly node: { readonly id: string } | null;
  readonly agentByEmail: { readonly id: string } | null;
}
interface AgentsData {
  readonly agents: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly id: string;
      readonly key: string | null;
      readonly email: string | null;
      readonly accounts: readonly { readonly account: { readonly name: string } }[];
    }[];
  };
}

const MINUTE_MS = 60_000;
const QUERY = readQuery(import.meta.dirname);
const clock = manualClock(NOW);
let world: World;
/** An agent that only Kore's discovery finds, and the number of all agents. */
let known: { id: string; email: string; totalCount: number };

/** The clock runs while the world works, since calls wait for retries. */
async function whileClockRuns<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    clock.advance(50);
  }, 1);
  return work().finally(() => {
    clearInterval(timer);
  });
}

async function ask(gateway: Gateway) {
  const response = await whileClockRuns(() =>
    gateway.query<DiscoveryData>(QUERY, { id: known.id, email: known.email }),
  );
  const [kore, lp] = response.data.agents.sources;
  return { ...response, kore, lp };
}

beforeEach(async () => {
  world = await startWorld(clock);
  const gateway = await world.startGateway();
  const { data } = await whileClockRuns(() =>
    gateway.query<AgentsData>(
      '{ agents(first: 1000) { totalCount nodes { id key email accounts { account { name } } } } }',
    ),
  );
  const agent = data.agents.nodes.find(
    ({ key, email, accounts }) =>
      key === null && email !== null && accounts.every(({ account }) => account.name === 'kore-main'),
  );
  if (!agent?.email) throw new Error('no agent that only Kore names');
  known = { id: agent.id, email: agent.email, totalCount: data.agents.totalCount };
});
afterEach(() => whileClockRuns(() => world.stop()));

describe('a vendor that discovers agents', () => {
  test('loses none of them while it is down, however long, and is reported as STALE', async () => {
    const gateway = await world.startGateway();
    const before = await ask(gateway);
    expect(before.data.agents).toMatchObject({ totalCount: known.totalCount, complete: true });
    const fetchedAt = before.kore?.fetchedAt;

    world.vendors.kore.injectFault({ kind: 'down' });
    for (let minutes = 0; minutes < 20; minutes += 4) {
      clock.advance(4 * MINUTE_MS);
      const { data, errors } = await ask(gateway);
      expect([data.agents.totalCount, data.node?.id, data.agentByEmail?.id, errors]).toEqual([
        known.totalCount,
        known.id,
        known.id,
        undefined,
      ]);
    }
    const during = await ask(gateway);
    expect(during.data.agents.complete).toBe(false);
    expect(during.kore).toMatchObject({
      outcome: 'STALE',
      fetchedAt,
      servedFrom: 'CACHE',
      error: { code: 'VENDOR_UNAVAILABLE' },
    });
    expect(during.lp).toMatchObject({ outcome: 'OK', error: null });

    world.vendors.kore.clearFaults();
    clock.advance(5 * MINUTE_MS);
    expect((await ask(gateway)).data.agents).toMatchObject({ totalCount: known.totalCount, complete: true });
  });

  test('loses none of them by a single 401 after a quiet spell', async () => {
    const gateway = await world.startGateway();
    await ask(gateway);
    clock.advance(60 * MINUTE_MS);
    world.vendors.kore.injectFault({ status: 401, times: 1 });
    const { data, kore } = await ask(gateway);
    expect(data).toMatchObject({ agents: { totalCount: known.totalCount }, node: { id: known.id } });
    expect(kore).toMatchObject({ outcome: 'STALE', error: { code: 'VENDOR_AUTH_FAILED' } });
  });

  test('makes look-ups errors where it was down from the start, while the others’ agents are listed', async () => {
    world.vendors.kore.injectFault({ kind: 'down' });
    const gateway = await world.startGateway();
    const { status, data, kore, lp, errors = [] } = await ask(gateway);
    expect(status).toBe(200);
    expect(data.agents.totalCount).toBeGreaterThan(0);
    expect(data.agents.totalCount).toBeLessThan(known.totalCount);
    expect([data.agents.complete, data.node, data.agentByEmail]).toEqual([false, null, null]);
    expect([kore?.outcome, kore?.fetchedAt, lp?.outcome]).toEqual(['FAILED', null, 'OK']);
    const extensions = { code: 'VENDOR_UNAVAILABLE', account: 'kore-main', vendor: 'KORE', retryable: true };
    expect(errors.map(({ path }) => path?.[0]).toSorted()).toEqual(['agentByEmail', 'node']);
    for (const error of errors) expect(error).toMatchObject({ extensions });
  });

  test('makes an error in the place of each node and entity that it may have, and no other', async () => {
    world.vendors.kore.injectFault({ kind: 'down' });
    const gateway = await world.startGateway();
    const { data, errors = [] } = await whileClockRuns(() =>
      gateway.query<{ nodes: readonly unknown[]; _entities: readonly unknown[] }>(
        `query ($ids: [ID!]!, $representations: [_Any!]!) {
          nodes(ids: $ids) { id }
          _entities(representations: $representations) { ... on Agent { id } }
        }`,
        {
          ids: ['', known.id, known.id],
          representations: [
            { __typename: 'Agent', id: known.id },
            { __typename: 'Agent', email: known.email },
            { __typename: 'Agent', key: 'unknown' },
          ],
        },
      ),
    );
    expect(data).toEqual({ nodes: [null, null, null], _entities: [null, null, null] });
    expect(errors.map(({ path }) => path?.join('.')).toSorted()).toEqual([
      '_entities.0',
      '_entities.1',
      'nodes.1',
      'nodes.2',
    ]);
  });

  test('is not called for bots, and the plan of a list of bots names no discovery', async () => {
    for (const vendor of ['kore', 'liveperson'] as const) world.vendors[vendor].injectFault({ kind: 'hang' });
    const gateway = await world.startGateway();
    world.calls();
    const bots = '{ agents(filter: { kind: VIRTUAL }) { totalCount complete sources { outcome } } }';
    // The clock stands still: the answer waits for nothing.
    const { data } = await gateway.query<DiscoveryData>(bots);
    expect(data.agents.totalCount).toBeGreaterThan(0);
    expect(data.agents).toMatchObject({ complete: true, sources: [] });
    expect(world.calls()).toEqual({ avaamo: [], kore: [], liveperson: [], vonage: [] });
    const { extensions } = await gateway.query(bots, {}, { 'switchboard-explain': 'plan' });
    expect(extensions).toMatchObject({ switchboard: { plan: { vendorCalls: [], total: 0 } } });
  });
});
