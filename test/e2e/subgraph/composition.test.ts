import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compose, createRouter, createSubgraph, gatewaySubgraph, type Subgraph } from '../../support/federation.ts';
import { type Gateway, startWorld, type World } from '../../support/world.ts';

/** Another Relay-style subgraph: its own PageInfo, `node` and `nodes`. It knows agents by e-mail address only. */
const SHIFTS_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible"])
  type Query {
    shifts(first: Int = 50): ShiftConnection!
    node(id: ID!): Node @shareable @inaccessible
    nodes(ids: [ID!]!): [Node]! @shareable @inaccessible
  }
  interface Node { id: ID! }
  type Shift implements Node { id: ID! start: String! agent: Agent }
  type ShiftEdge { node: Shift! cursor: String! }
  type ShiftConnection { edges: [ShiftEdge!]! nodes: [Shift!]! pageInfo: PageInfo! }
  type PageInfo @shareable {
    hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
  }
  type Agent @key(fields: "email") { email: String }
`;

/** A subgraph that knows agents by the directory's id only. */
const STAFF_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { staff: [Agent]! }
  type Agent @key(fields: "key") { key: String payrollNumber: Int }
`;

interface ListedAgent {
  readonly key: string | null;
  readonly email: string | null;
  readonly name: string;
}
interface KnownAgent extends ListedAgent {
  readonly key: string;
  readonly email: string;
}

let world: World;
let gateway: Gateway;
let agents: readonly KnownAgent[];
beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway();
  const { data } = await gateway.query<{ agents: { nodes: readonly ListedAgent[] } }>(
    '{ agents(first: 20, filter: { account: "kore-main", kind: HUMAN }) { nodes { key email name } } }',
  );
  agents = data.agents.nodes.filter((agent): agent is KnownAgent => agent.key !== null && agent.email !== null);
});
afterAll(() => world.stop());

const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

function shiftsSubgraph(): Subgraph {
  const emails = [...agents.map(({ email }) => email.toUpperCase()), 'unknown@example.com'];
  const nodes = emails.map((email, index) => ({ id: String(index), start: '09:00', agent: { email } }));
  return createSubgraph('shifts', SHIFTS_SDL, { Query: { shifts: () => ({ edges: [], nodes, pageInfo }) } });
}

function staffSubgraph(): Subgraph {
  const keys = [...agents.map(({ key }) => key), 'unknown'];
  const numbers = new Map(keys.map((key, index) => [key, 100 + index]));
  return createSubgraph('staff', STAFF_SDL, {
    Query: { staff: () => keys.map((key) => ({ key })) },
    Agent: {
      __resolveReference: ({ key }: { readonly key: string }) => ({ key }),
      payrollNumber: ({ key }: { readonly key: string }) => numbers.get(key) ?? null,
    },
  });
}

describe('the subgraph beside other subgraphs', () => {
  test('composes with another Relay-style subgraph, and with one that extends Agent by key', async () => {
    const composed = compose([await gatewaySubgraph(gateway), shiftsSubgraph(), staffSubgraph()]);
    expect('errors' in composed ? composed.errors : []).toEqual([]);
  });

  test('leaves the root fields node and nodes out of the API schema', async () => {
    const { schema } = createRouter([await gatewaySubgraph(gateway), shiftsSubgraph(), staffSubgraph()]);
    const fields = Object.keys(schema.getQueryType()?.getFields() ?? {});
    expect(fields).toEqual(expect.arrayContaining(['agents', 'agentByEmail', 'shifts', 'staff']));
    expect(fields).not.toContain('node');
    expect(fields).not.toContain('nodes');
  });

  test('resolves the agents of another subgraph by e-mail address, in one request and one vendor call', async () => {
    const subgraph = await gatewaySubgraph(gateway);
    const router = createRouter([subgraph, shiftsSubgraph(), staffSubgraph()]);
    world.calls();
    const { data, errors } = await router.query(
      '{ shifts { nodes { start agent { name currentStatus { status } } } } }',
    );
    expect(errors).toBeUndefined();
    const { nodes } = (data as { shifts: { nodes: { agent: { name: string } | null }[] } }).shifts;
    expect(nodes.map(({ agent }) => agent?.name ?? null)).toEqual([...agents.map(({ name }) => name), null]);
    expect(subgraph.requests).toEqual([expect.stringContaining('_entities')]);
    expect(world.calls().kore).toHaveLength(1);
  });

  test('resolves the agents of another subgraph by key, and lends its own to it', async () => {
    const subgraph = await gatewaySubgraph(gateway);
    const router = createRouter([subgraph, shiftsSubgraph(), staffSubgraph()]);
    const byKey = await router.query('{ staff { payrollNumber name email } }');
    expect(byKey.errors).toBeUndefined();
    expect(byKey.data?.staff).toEqual([
      ...agents.map(({ name, email }, index) => ({ payrollNumber: 100 + index, name, email })),
      { payrollNumber: 100 + agents.length, name: null, email: null },
    ]);
    expect(subgraph.requests).toHaveLength(1);

    const [first] = agents;
    const lent = await router.query('query ($email: String!) { agentByEmail(email: $email) { name payrollNumber } }', {
      email: first?.email,
    });
    expect(lent).toEqual({ data: { agentByEmail: { name: first?.name, payrollNumber: 100 } } });
  });
});
