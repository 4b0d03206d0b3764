/**
 * @needs c-sharp-generator
 * @needs mcs
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyCSharpExample, type CSharpExample } from '../support/c-sharp.ts';
import { type Gateway, startWorld, type World } from '../support/world.ts';

const QUERY = `{
  agents(first: 200, filter: { kind: HUMAN }) { totalCount nodes { name presence { status { status start } } } }
}`;

interface AgentsWithStatus {
  readonly totalCount: number;
  readonly nodes: readonly { readonly presence: { readonly status: { readonly status: string } | null } | null }[];
}

let world: World;
let gateway: Gateway;
let example: CSharpExample;

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway();
  const schema = await fetch(`${gateway.url}/schema.graphql`);
  example = copyCSharpExample(await schema.text());
});

afterAll(async () => {
  example.remove();
  await world.stop();
});

test('the generated types compile and read an answer of the gateway', async () => {
  expect(await example.generate()).toMatchObject({ ok: true });
  const sources = ['Types.cs', 'Program.cs', 'JsonRequired.cs'];
  expect(await example.compile(sources)).toMatchObject({ ok: true, text: '' });

  const { data } = await gateway.query<{ readonly agents: AgentsWithStatus }>(QUERY);
  const { text } = await example.execute(JSON.stringify({ data }));
  const { totalCount, nodes } = data.agents;
  const available = nodes.filter(({ presence }) => presence?.status?.status === 'AVAILABLE').length;
  expect(available).toBeGreaterThan(0);
  expect(text.trim()).toBe(JSON.stringify({ totalCount, listed: totalCount, available }));
});
