import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { agentId, sessionId } from '../../../src/domain/global-id.ts';
import { DAY, HOUR } from '../../../src/domain/time.ts';
import { session } from '../../support/gather-harness.ts';
import { type Gateway, NOW, type RawConfig, readQuery, startWorld, type World } from '../../support/world.ts';

interface AccountHealth {
  readonly name: string;
  readonly state: string;
  readonly lastError: string | null;
}
interface SessionsData {
  readonly agent: {
    readonly sessions: {
      readonly complete: boolean;
      readonly sources: readonly { readonly outcome: string; readonly error: { readonly message: string } | null }[];
    };
  };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => {
  for (const vendor of Object.values(world.vendors)) vendor.clearFaults();
  world.calls();
});
afterAll(() => world.stop());

/** Without discovery, so that only the calls of the query itself are made. */
function withoutDiscovery(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  };
}

function range(from: number, to: number) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** An agent of the directory with a numeric LivePerson id. */
function agentOnLivePerson(): { readonly key: string; readonly ref: string } {
  const agent = world.config.agents.find(({ accounts }) => /^\d+$/.test(accounts.lp ?? ''));
  if (!agent) throw new Error('no agent on LivePerson');
  return { key: agent.id, ref: agent.accounts.lp ?? '' };
}

async function sessions(
  gateway: Gateway,
  during: ReturnType<typeof range>,
): Promise<SessionsData['agent']['sessions']> {
  const id = agentId(agentOnLivePerson().key);
  const { data, errors } = await gateway.query<SessionsData>(readQuery(import.meta.dirname), { id, during });
  expect(errors).toBeUndefined();
  return data.agent.sessions;
}

async function healthOf(gateway: Gateway, account: string): Promise<AccountHealth | undefined> {
  const { data } = await gateway.query<{ accounts: readonly AccountHealth[] }>('{ accounts { name state lastError } }');
  return data.accounts.find(({ name }) => name === account);
}

test('keeps the state of an account when a query reads beyond the retention period', async () => {
  const gateway = await world.startGateway(withoutDiscovery);
  for (const days of [60, 61, 62]) {
    const { complete, sources } = await sessions(gateway, range(NOW - days * DAY, NOW - (days - 1) * DAY));
    expect(complete).toBe(false);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL' }]);
  }
  expect(world.calls().liveperson).toEqual([]);
  expect(await healthOf(gateway, 'lp')).toEqual({ name: 'lp', state: 'UNKNOWN', lastError: null });
});

test('keeps the state of an account when a query exceeds maxFiles', async () => {
  const gateway = await world.startGateway((raw) => ({ ...withoutDiscovery(raw), limits: { maxFiles: 1 } }));
  for (const days of [3, 4, 5]) {
    const { sources } = await sessions(gateway, range(NOW - days * DAY, NOW - (days - 1) * DAY));
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { message: expect.stringContaining('maxFiles') } }]);
  }
  expect(await healthOf(gateway, 'lp')).toEqual({ name: 'lp', state: 'OK', lastError: null });
});

test('degrades an account for a failed call among several reasons for missing data', async () => {
  const withoutRetries = (raw: RawConfig): RawConfig => ({
    ...withoutDiscovery(raw),
    accounts: withoutDiscovery(raw).accounts.map((account) => ({ ...account, maxRetries: 0 })),
    limits: { maxFiles: 3 },
  });
  const gateway = await world.startGateway(withoutRetries);
  world.vendors.liveperson.injectFault({ path: '/Agent.', status: 404, times: 1 });
  world.vendors.liveperson.injectFault({ path: '/Agent.', status: 503, times: 1 });
  const { sources } = await sessions(gateway, range(NOW - 31 * DAY, NOW - 30 * DAY + 12 * HOUR));
  const [report] = sources;
  for (const part of ['(HTTP 503)', '(HTTP 404)', 'maxFiles', '30 days'])
    expect(report?.error?.message).toContain(part);
  expect(await healthOf(gateway, 'lp')).toEqual({ name: 'lp', state: 'DEGRADED', lastError: report?.error?.message });
});

test('updates the state of an account when a node is refetched by id', async () => {
  const { ref } = agentOnLivePerson();
  const id = sessionId({ ...session('lp', 'none', NOW - 2 * DAY, NOW - 2 * DAY), ref });
  const document = 'query($id: ID!) { node(id: $id) { id } }';
  const gateway = await world.startGateway(withoutDiscovery);
  expect(await healthOf(gateway, 'lp')).toMatchObject({ state: 'UNKNOWN' });
  const { data } = await gateway.query(document, { id });
  expect(data).toEqual({ node: null });
  expect(await healthOf(gateway, 'lp')).toMatchObject({ state: 'OK' });

  const other = await world.startGateway(withoutDiscovery);
  world.vendors.liveperson.injectFault({ kind: 'down' });
  await other.query(document, { id });
  expect(await healthOf(other, 'lp')).toMatchObject({ state: 'DOWN', lastError: expect.any(String) });
});

test('reports the health of accounts as of the end of the query’s own calls, wherever the field stands', async () => {
  const gateway = await world.startGateway((raw) => ({
    ...withoutDiscovery(raw),
    accounts: withoutDiscovery(raw).accounts.map((account) => ({ ...account, maxRetries: 0 })),
  }));
  world.vendors.kore.injectFault({ kind: 'down' });
  const document = `{
    accounts { name state lastError }
    agents(filter: { vendor: KORE }, first: 5) { nodes { presence { observedAt } } }
    bots: agents(filter: { vendor: AVAAMO }, first: 1) { nodes { name } }
  }`;
  const { data } = await gateway.query<{ accounts: readonly AccountHealth[] }>(document);
  expect(data.accounts).toEqual([
    { name: 'bots', state: 'UNKNOWN', lastError: null },
    { name: 'kore-main', state: 'DOWN', lastError: 'The vendor is unavailable (reset)' },
    { name: 'lp', state: 'UNKNOWN', lastError: null },
    { name: 'vcc', state: 'UNKNOWN', lastError: null },
    { name: 'vcc-legacy', state: 'UNKNOWN', lastError: null },
  ]);
});

test('weighs a failed call against all calls that have succeeded, also where all end in one millisecond', async () => {
  // The clock stands still.
  const gateway = await world.startGateway((raw) => ({
    ...withoutDiscovery(raw),
    accounts: withoutDiscovery(raw).accounts.map((account) => ({ ...account, maxRetries: 0 })),
  }));
  world.vendors.vonage.injectFault({ path: 'latestInteractions', status: 503, times: 1 });
  const query = '{ agents(first: 200, filter: { account: "vcc" }) { nodes { latestInteractions { totalCount } } } }';
  const { data, errors } = await gateway.query<{ agents: { nodes: readonly object[] } }>(query);
  expect(errors).toHaveLength(1);
  // Fewer than a tenth of the calls have failed.
  expect(data.agents.nodes.length).toBeGreaterThan(11);
  expect(await healthOf(gateway, 'vcc')).toEqual({ name: 'vcc', state: 'OK', lastError: null });
});

test('counts the calls of the last minute beside the quota', async () => {
  const gateway = await world.startGateway((raw) => ({
    ...withoutDiscovery(raw),
    accounts: withoutDiscovery(raw).accounts.map((account) =>
      account.name === 'kore-main' ? { ...account, requestsPerMinute: 50 } : account,
    ),
  }));
  await gateway.query('{ agents(filter: { account: "kore-main" }, first: 5) { nodes { presence { observedAt } } } }');
  const calls = world.calls().kore.length;
  expect(calls).toBeGreaterThan(0);
  const { data } = await gateway.query<{ accounts: readonly { readonly name: string }[] }>(
    '{ accounts { name callsLastMinute requestsPerMinute } }',
  );
  expect(data.accounts.find(({ name }) => name === 'kore-main')).toMatchObject({
    callsLastMinute: calls,
    requestsPerMinute: 50,
  });
  expect(data.accounts.find(({ name }) => name === 'bots')).toMatchObject({
    callsLastMinute: 0,
    requestsPerMinute: null,
  });
});
