import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { agentId, interactionId, sessionId } from '../../../src/domain/global-id.ts';
import { DAY } from '../../../src/domain/time.ts';
import { toUserId } from '../../../src/vendors/kore/sandbox/agents.ts';
import { interaction, session } from '../../support/gather-harness.ts';
import {
  type Gateway,
  lastHours,
  NOW,
  type RawConfig,
  readQuery,
  startWorld,
  type World,
} from '../../support/world.ts';

interface Node {
  readonly __typename: string;
  readonly id: string;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const EVERYTHING = `query Everything($during: TimeRange!) {
  agents(first: 200) {
    nodes {
      __typename id name
      statusPeriods(during: $during) { nodes { __typename id start vendorStatus agent { name } session { vendorSessionId } } }
      sessions(during: $during) {
        nodes {
          __typename id vendorSessionId loginAt agent { name }
          statusPeriods { __typename id start vendorStatus agent { name } session { vendorSessionId } }
        }
      }
      latestInteractions { nodes { __typename id guid start agent { name } } }
    }
  }
}`;

/** Without discovery. */
function withoutDiscovery(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  };
}

/** Returns every object with an id in a response, without its nested objects that have ids themselves. */
function nodesIn(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(nodesIn);
  if (!('id' in value)) return inner;
  const { statusPeriods: _p, sessions: _s, latestInteractions: _i, ...own } = value as Node & Record<string, unknown>;
  return [own, ...inner];
}

test('refetches every kind of node by id from another gateway with an empty cache', async () => {
  const gateway = await world.startGateway();
  const { data, errors } = await gateway.query(EVERYTHING, { during: lastHours(30) });
  expect(errors).toBeUndefined();
  const nodes = [...new Map(nodesIn(data).map((node) => [node.id, node])).values()];
  const sample = ['Agent', 'StatusPeriod', 'Session', 'Interaction'].flatMap((__typename) => {
    const nodesOfType = nodes.filter((node) => node.__typename === __typename);
    // Spread over the list, so that all accounts are among them.
    return Array.from(
      { length: 12 },
      (_, index) => nodesOfType[Math.floor((index * nodesOfType.length) / 12)] ?? { __typename, id: 'none' },
    );
  });

  const other = await world.startGateway();
  const refetched = await other.query<{ nodes: readonly Node[] }>(readQuery(import.meta.dirname), {
    ids: sample.map(({ id }) => id),
  });

  expect(refetched.errors).toBeUndefined();
  expect(refetched.data.nodes).toEqual(sample);
});

describe('ids from before a reference was spelled otherwise', () => {
  type Accounts = Readonly<Record<string, string>>;
  const person = () => {
    const agent = world.config.agents.find(
      ({ kind, accounts }) =>
        kind === 'human' && accounts['kore-main'] !== undefined && /^\d+$/.test(accounts.lp ?? ''),
    );
    if (!agent) throw new Error('no agent on kore-main and lp');
    return { id: agent.id, email: agent.accounts['kore-main'] ?? '', agentId: agent.accounts.lp ?? '' };
  };
  const spelled = (accounts: Accounts) => (raw: RawConfig) => ({
    ...raw,
    agents: raw.agents.map((agent) =>
      agent.id === person().id ? { ...agent, accounts: { ...agent.accounts, ...accounts } } : agent,
    ),
  });
  /** The ids of the person's periods and sessions where the directory spells the references like this. */
  async function collectIds(accounts: Accounts) {
    const gateway = await world.startGateway(spelled(accounts));
    const { data } = await gateway.query<{ agentByKey: object }>(
      `query ($key: String!, $during: TimeRange!) { agentByKey(key: $key) {
        kore: statusPeriods(during: $during, accounts: ["kore-main"], first: 2) { nodes { __typename id start } }
        lp: statusPeriods(during: $during, accounts: ["lp"], first: 2) { nodes { __typename id start } }
        sessions(during: $during, first: 1) { nodes { __typename id } }
      } }`,
      { key: person().id, during: lastHours(40) },
    );
    const nodes = Object.values(data.agentByKey).flatMap(nodesIn);
    expect(nodes.map(({ __typename }) => __typename)).toEqual([
      ...Array.from({ length: 4 }, () => 'StatusPeriod'),
      'Session',
    ]);
    return nodes.map(({ id }) => id);
  }

  test('resolve where the vendor knows the agent by either reference', async () => {
    const { email, agentId: id } = person();
    const spellings: readonly Accounts[] = [
      { 'kore-main': email, lp: id },
      { 'kore-main': email.toUpperCase(), lp: email },
      { 'kore-main': toUserId(email), lp: email.toUpperCase() },
    ];
    const ids = [...new Set((await Promise.all(spellings.map(collectIds))).flat())];
    // The id of a period is the same in any case of the reference, that of a session is not.
    expect(ids).toHaveLength(11);
    for (const accounts of spellings) {
      const gateway = await world.startGateway(spelled(accounts));
      const { data, errors } = await gateway.query<{ nodes: readonly { id: string; agent: { key: string } }[] }>(
        `query ($ids: [ID!]!) { nodes(ids: $ids) { id
          ... on StatusPeriod { agent { key } } ... on Session { agent { key } } } }`,
        { ids },
      );
      expect(errors).toBeUndefined();
      expect(data.nodes).toEqual(ids.map((nodeId) => ({ id: nodeId, agent: { key: person().id } })));
    }
  });
});

test('resolves invalid and unknown ids to null without a vendor call', async () => {
  const gateway = await world.startGateway(withoutDiscovery);
  const encode = (...parts: readonly string[]) => Buffer.from(parts.join('\n')).toString('base64url');
  const ids = [
    '',
    'x',
    'jane-doe',
    encode('A', 'unknown'),
    encode('A', 'jane-doe', 'more'),
    encode('P', 'kore-main', 'jane@example.com', 'zz', 'a', 'b'),
    encode('P', 'kore-main', 'unknown@example.com', 'mf0a1b2c', 'x'),
    encode('S', 'elsewhere', '9', '1-2', 'ga7'),
    encode('I', 'vcc', '../../x', 'guid', 'mf0a1b2c'),
    `${encode('A', 'jane-doe')}=`,
  ];
  world.calls();

  const { data, errors } = await gateway.query<{ nodes: readonly unknown[] }>(readQuery(import.meta.dirname), { ids });

  expect(errors).toBeUndefined();
  expect(data.nodes).toEqual(ids.map(() => null));
  expect(world.calls()).toEqual({ kore: [], vonage: [], avaamo: [], liveperson: [] });
});

describe('a node that is not found', () => {
  const refOn = (account: string): string => {
    const agent = world.config.agents.find(({ accounts }) => /^\d+$/.test(accounts[account] ?? ''));
    if (!agent) throw new Error(`no agent on ${account}`);
    return agent.accounts[account] ?? '';
  };
  /** A session on a day whose files the vendor still has, or has already deleted. */
  const sessionOf = (day: number) => sessionId({ ...session('lp', 'none', day, day), ref: refOn('lp') });
  const interactionOf = (ref: string) => interactionId({ ...interaction('vcc', 'none'), ref });
  const fetchNodes = (gateway: Gateway, ids: readonly string[]) =>
    gateway.query<{ nodes: readonly unknown[] }>(readQuery(import.meta.dirname), { ids });

  test('resolves a missing node to null when its vendor has answered completely', async () => {
    const gateway = await world.startGateway(withoutDiscovery);
    const { data, errors } = await fetchNodes(gateway, [sessionOf(NOW - 2 * DAY), interactionOf(refOn('vcc'))]);
    expect({ data, errors }).toEqual({ data: { nodes: [null, null] }, errors: undefined });
  });

  test('resolves a missing node to null without a vendor call when it is beyond the retention period', async () => {
    const gateway = await world.startGateway(withoutDiscovery);
    world.calls();
    const { data, errors } = await fetchNodes(gateway, [sessionOf(NOW - 60 * DAY)]);
    expect({ data, errors }).toEqual({ data: { nodes: [null] }, errors: undefined });
    expect(world.calls().liveperson).toEqual([]);
  });

  test('resolves a missing node to null when its vendor answers 404 for the agent', async () => {
    const gateway = await world.startGateway(withoutDiscovery);
    world.calls();
    world.vendors.vonage.injectFault({ path: 'latestInteractions', status: 404 });
    const ref = refOn('vcc');
    const { data, errors } = await fetchNodes(gateway, [interactionOf(ref)]);
    world.vendors.vonage.clearFaults();
    expect({ data, errors }).toEqual({ data: { nodes: [null] }, errors: undefined });
    expect(world.calls().vonage.filter((call) => call.endsWith('/latestInteractions'))).toHaveLength(1);
  });

  test('returns an error in the place of a node or entity that could not be read', async () => {
    const gateway = await world.startGateway((raw) => ({ ...withoutDiscovery(raw), limits: { maxFiles: 1 } }));
    const agent = agentId(world.config.agents[0]?.id ?? '');
    const lost = sessionOf(NOW - 2 * DAY);
    const cause = { code: 'VENDOR_REJECTED', vendor: 'LIVEPERSON', account: 'lp', reason: 'file_limit' };

    const nodes = await fetchNodes(gateway, [agent, lost, interactionOf(refOn('vcc'))]);
    expect(nodes.status).toBe(200);
    expect(nodes.data.nodes).toEqual([expect.objectContaining({ id: agent }), null, null]);
    expect(nodes.errors).toMatchObject([{ path: ['nodes', 1], extensions: cause }]);

    const single = await gateway.query('query($id: ID!) { node(id: $id) { id } }', { id: lost });
    expect(single.data).toEqual({ node: null });
    expect(single.errors).toMatchObject([{ path: ['node'], extensions: cause }]);

    const entities = await gateway.query(
      'query($all: [_Any!]!) { _entities(representations: $all) { ... on Agent { id } ... on Session { id } } }',
      {
        all: [
          { __typename: 'Session', id: lost },
          { __typename: 'Agent', id: agent },
        ],
      },
    );
    expect(entities.data).toEqual({ _entities: [null, { id: agent }] });
    expect(entities.errors).toMatchObject([{ path: ['_entities', 0], extensions: cause }]);
  });
});
