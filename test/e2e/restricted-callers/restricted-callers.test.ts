import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, lastHours, type RawConfig, readQuery, startWorld, type World } from '../../support/world.ts';

interface AgentsData {
  readonly agents: { readonly nodes: readonly { readonly id: string; readonly accounts: readonly object[] }[] };
}

function keyOf(name: string) {
  return `a-key-for-${name}-that-is-long-enough`;
}
function bearer(name: string) {
  return { authorization: `Bearer ${keyOf(name)}` };
}
const CALLERS: Readonly<Record<string, readonly string[] | undefined>> = {
  everything: undefined,
  'only-kore': ['kore-main'],
  'only-voice': ['vcc'],
  nothing: [],
};

function withKeys(raw: RawConfig): RawConfig {
  return {
    ...raw,
    auth: {
      apiKeys: Object.entries(CALLERS).map(([name, accounts]) => ({
        name,
        sha256: createHash('sha256').update(keyOf(name)).digest('hex'),
        ...(accounts && { accounts }),
      })),
    },
  };
}

/** The configuration reduced to these accounts. */
function withOnlyAccounts(accountNames: ReadonlySet<string>) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    accounts: raw.accounts.filter(({ name }) => accountNames.has(name)),
    agents: raw.agents
      .map((agent) => ({
        ...agent,
        accounts: Object.fromEntries(Object.entries(agent.accounts).filter(([name]) => accountNames.has(name))),
      }))
      .filter(({ accounts }) => Object.keys(accounts).length > 0),
  });
}

let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway(withKeys);
});
afterAll(() => world.stop());

test('answers 401 UNAUTHENTICATED without a key and with a wrong one', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic eDp5' }]) {
    const { status, errors } = await gateway.query(readQuery(import.meta.dirname), {}, headers);
    expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  }
});

test.each(['only-kore', 'only-voice'])(
  'answers %s like a gateway with only the accounts of that caller',
  async (caller) => {
    const small = await world.startGateway(withOnlyAccounts(new Set(CALLERS[caller])));

    const restricted = await gateway.query<AgentsData>(readQuery(import.meta.dirname), {}, bearer(caller));

    expect(restricted.errors).toBeUndefined();
    expect(restricted.data.agents.nodes.length).toBeGreaterThan(0);
    expect(restricted.data).toEqual((await small.query(readQuery(import.meta.dirname))).data);
  },
);

test('returns no agents and accounts to a caller without accounts', async () => {
  const { data } = await gateway.query(readQuery(import.meta.dirname), {}, bearer('nothing'));

  expect(data).toEqual({ accounts: [], agents: { totalCount: 0, nodes: [] } });
});

test('resolves an id of a hidden account to null without calling the account', async () => {
  const document = `query($during: TimeRange!) { agents(first: 200) { nodes { id statusPeriods(during: $during) { nodes { id } } } } }`;
  const seen = await gateway.query<{
    agents: { nodes: readonly { id: string; statusPeriods: { nodes: readonly { id: string }[] } | null }[] };
  }>(document, { during: lastHours(2) }, bearer('only-kore'));
  const periods = seen.data.agents.nodes.flatMap(({ statusPeriods }) => statusPeriods?.nodes ?? []);
  const id = periods[0]?.id;
  expect(id).toBeDefined();
  world.calls();

  const { data } = await gateway.query('query($id: ID!) { node(id: $id) { id } }', { id }, bearer('only-voice'));

  expect(data).toEqual({ node: null });
  expect(world.calls().kore).toEqual([]);
});

test('reports a hidden account like one that does not exist', async () => {
  const ask = (account: string) =>
    gateway.query(
      'query($a: [String!], $d: TimeRange!) { agents(first: 1) { nodes { statusPeriods(during: $d, accounts: $a) { totalCount } } } }',
      { a: [account], d: lastHours(1) },
      bearer('only-kore'),
    );

  const [hidden, missing] = [await ask('lp'), await ask('xx')];

  expect(hidden.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(JSON.stringify(hidden.errors)).toBe(JSON.stringify(missing.errors).replaceAll('xx', 'lp'));
});

test('handles a cursor of a hidden agent like one of an unknown agent', async () => {
  const small = await world.startGateway(withOnlyAccounts(new Set(['vcc'])));
  const cursorsFor = async (caller: string) => {
    const { data } = await gateway.query<{ agents: { edges: readonly { cursor: string }[] } }>(
      '{ agents(first: 200) { edges { cursor } } }',
      {},
      bearer(caller),
    );
    return data.agents.edges.map(({ cursor }) => cursor);
  };
  const mine = new Set(await cursorsFor('only-voice'));
  const hidden = (await cursorsFor('everything')).filter((cursor) => !mine.has(cursor));
  expect(hidden.length).toBeGreaterThan(0);
  world.calls();

  for (const after of hidden) {
    const document = `query($after: String) { agents(first: 3, after: $after) { totalCount nodes { id name } } }`;
    const seen = await gateway.query(document, { after }, bearer('only-voice'));
    expect(seen.errors).toBeUndefined();
    expect(seen.data).toEqual((await small.query(document, { after })).data);
  }
  expect(world.calls()).toMatchObject({ kore: [], liveperson: [], avaamo: [] });
});

test('hides the state and the last error of a hidden account', async () => {
  const failing = await world.startGateway((raw) => ({ ...withKeys(raw), cache: { ttl: { interactions: 0 } } }));
  world.vendors.vonage.injectFault({ kind: 'down' });
  await failing.query('{ agents(first: 200) { nodes { latestInteractions { complete } } } }', {}, bearer('everything'));
  world.vendors.vonage.clearFaults();
  const accountsSeenBy = async (caller: string) => {
    const { data } = await failing.query<{ accounts: readonly object[] }>(
      '{ accounts { name state lastError } }',
      {},
      bearer(caller),
    );
    return data.accounts;
  };

  expect(await accountsSeenBy('everything')).toContainEqual({
    name: 'vcc',
    state: 'DOWN',
    lastError: expect.any(String),
  });
  expect(await accountsSeenBy('only-kore')).toEqual([{ name: 'kore-main', state: 'OK', lastError: null }]);
  expect(await accountsSeenBy('nothing')).toEqual([]);
});
