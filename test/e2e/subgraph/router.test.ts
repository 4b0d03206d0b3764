/** @needs hive-gateway */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createFederationExample, type FederationExample } from '../../support/federation-example.ts';
import { type Gateway, startWorld, type World } from '../../support/world.ts';

/** The gateway as a subgraph of Hive Gateway: the programs of examples/federation, as their README runs them. */

jest.setTimeout(60_000);

const KEY = 'a-key-of-the-test';
const KORE_ONLY_KEY = 'another-key-of-the-test';

interface KnownAgent {
  readonly key: string;
  readonly name: string;
}
interface RouterAnswer {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string }[];
}

let example: FederationExample;
let world: World;
let routerUrl: string;
let agents: readonly KnownAgent[];

beforeAll(async () => {
  example = createFederationExample();
  world = await startWorld();
  const gateway: Gateway = await world.startGateway((config) => ({
    ...config,
    auth: {
      apiKeys: [
        { name: 'router', sha256: sha256(KEY) },
        { name: 'kore', sha256: sha256(KORE_ONLY_KEY), accounts: ['kore-main'] },
      ],
    },
  }));
  agents = world.config.agents
    .filter(({ accounts, kind }) => kind === 'human' && 'kore-main' in accounts)
    .slice(0, 20)
    .map(({ id, name }) => ({ key: id, name }));
  example.writeFile(
    'numbers.json',
    JSON.stringify(Object.fromEntries(agents.map(({ key }, index) => [key, 100 + index]))),
  );
  const staffUrl = await example.start('staff.mjs', 'numbers.json');
  const urls = { switchboard: `${gateway.url}/graphql`, staff: staffUrl };
  example.writeFile('supergraph.graphql', await example.compose(urls, KEY));
  routerUrl = await example.start('router.mjs', 'supergraph.graphql');
});

afterAll(async () => {
  await example.stop();
  await world.stop();
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function query(text: string, key = KEY): Promise<RouterAnswer> {
  const response = await fetch(routerUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: text }),
  });
  return (await response.json()) as RouterAnswer;
}

test('agents that another subgraph names cost the vendor calls of one', async () => {
  // Agents are discovered before, so that the calls are those of the query itself.
  await query('{ agents { totalCount } }');
  world.calls();
  const { data, errors } = await query('{ staff { payrollNumber name currentStatus { start } } }');
  expect(errors).toBeUndefined();
  expect(data?.staff).toMatchObject(agents.map(({ name }, index) => ({ payrollNumber: 100 + index, name })));
  expect(world.calls().kore).toHaveLength(1);
});

test('another subgraph extends the agents of the gateway', async () => {
  const [first] = agents;
  const { data, errors } = await query(`{ agentByKey(key: "${first?.key}") { name payrollNumber } }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ agentByKey: { name: first?.name, payrollNumber: 100 } });
});

test('a caller behind the router sees the accounts of their own key only', async () => {
  const accounts = async (key: string) => (await query('{ accounts { name } }', key)).data?.accounts;
  expect(await accounts(KORE_ONLY_KEY)).toEqual([{ name: 'kore-main' }]);
  expect(await accounts(KEY)).toHaveLength(5);
  const refused = await query('{ accounts { name } }', 'no-key');
  expect(refused.data ?? {}).not.toHaveProperty('accounts.0');
  expect(refused.errors).toHaveLength(1);
});
