import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { steppedClock } from '../../test/support/clock.ts';
import { NOW, startWorld, type World } from '../../test/support/world.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import { vendors } from '../vendors/index.ts';
import { planQuery } from './plan-query.ts';

const clock = steppedClock(NOW);
const QUERY = `query Team($first: Int!) {
  agents(first: $first) { nodes { name currentStatus { status } latestInteractions { nodes { id } } } }
}`;

let world: World;
let config: Config;
beforeAll(async () => {
  world = await startWorld(clock);
  const loaded = loadConfig({ text: formatSandboxConfig(world.config), file: 'test', env: {}, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  config = loaded.config;
});
afterAll(() => world.stop());

test('plans as a gateway with an empty cache does, without a call', async () => {
  const request = { query: QUERY, variables: { first: 5 } };
  const { extensions } = await planQuery(request, { config, vendors, clock });
  expect(Object.values(world.calls()).flat()).toEqual([]);
  const gateway = await world.startGateway();
  const answer = await gateway.query(QUERY, { first: 5 }, { 'switchboard-explain': 'plan' });
  expect(extensions?.switchboard?.plan).toEqual(
    (answer.extensions?.switchboard as { readonly plan?: unknown } | undefined)?.plan,
  );
  expect(extensions?.switchboard?.plan?.total).toBeGreaterThan(5);
});

test('returns the errors of an invalid request', async () => {
  const { errors } = await planQuery({ query: '{ nope }' }, { config, vendors, clock });
  expect(errors).toMatchObject([{ message: expect.stringContaining('"nope"'), locations: [{ line: 1, column: 3 }] }]);
});
