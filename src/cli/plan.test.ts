import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CommandFolder, createCommandFolder } from '../../test/support/cli.ts';
import { type Gateway, startWorld, type World } from '../../test/support/world.ts';
import { systemClock } from '../domain/clock.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';

const QUERY = `query Team($first: Int!) {
  agents(first: $first, filter: { account: "vcc" }) { nodes { name latestInteractions { nodes { id } } } }
}
query Names { agents(first: 1) { nodes { name } } }
`;

let folder: CommandFolder;
let world: World;
beforeAll(async () => {
  folder = createCommandFolder();
  world = await startWorld(systemClock);
  folder.write('switchboard.yaml', formatSandboxConfig(world.config));
  folder.write('team.graphql', QUERY);
  folder.write('variables.json', '{"first": 3}');
});
afterAll(async () => {
  folder.remove();
  await world.stop();
});

const TEAM = ['--operation', 'Team', '--variables', '{"first": 3}'];

describe('with a configuration', () => {
  test('lists the calls by account and endpoint, and makes none', async () => {
    world.calls();
    const { status, out, err } = await folder.run(['plan', ...TEAM, 'team.graphql']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^account +endpoint +at most$/m);
    expect(out).toMatch(/^vcc +latestInteractions +3$/m);
    expect(out).toMatch(/^total +\d+$/m);
    expect(Object.values(world.calls()).flat()).toEqual([]);
  });

  test('prints JSON, of a document of standard input, with variables of a file', async () => {
    const args = ['plan', '--json', '--operation', 'Team', '--variables', '@variables.json', '-'];
    const { status, out } = await folder.run(args, { input: QUERY });
    const plan = JSON.parse(out) as { readonly vendorCalls: readonly unknown[] };
    expect([status, plan.vendorCalls]).toEqual([
      0,
      expect.arrayContaining([{ account: 'vcc', endpoint: 'latestInteractions', atMost: 3, cached: 0 }]),
    ]);
  });

  test('fails where the gateway would reject the query for its calls', async () => {
    folder.write('small.yaml', formatSandboxConfig({ ...world.config, limits: { maxVendorCalls: 1 } } as never));
    const { status, out, err } = await folder.run(['plan', '--config', 'small.yaml', ...TEAM, 'team.graphql']);
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/^\d+ calls exceed limits\.maxVendorCalls \(1\): the gateway rejects the query\n$/),
    ]);
    expect(out).toMatch(/^total/m);
  });

  test.each([
    [
      'an unknown field',
      '{ agents {\n  nope } }',
      'q.graphql:2:3: Cannot query field "nope" on type "AgentConnection".',
    ],
    ['a syntax error', '{ agents(', 'q.graphql:1:10: Syntax Error: Expected Name, found <EOF>.'],
  ])('reports %s with its place, with exit status 1', async (_, text, problem) => {
    folder.write('q.graphql', text);
    const { status, out, err } = await folder.run(['plan', 'q.graphql']);
    expect([status, out, err.split('\n')[0]]).toEqual([1, '', expect.stringContaining(problem)]);
  });
});

describe('with a running gateway', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await world.startGateway();
  });

  test('also lists what its cache saves now', async () => {
    const { status, out, err } = await folder.run(['plan', '--url', gateway.url, ...TEAM, 'team.graphql']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^account +endpoint +at most +cached +expected$/m);
    expect(out).toMatch(/^vcc +latestInteractions +3 +0 +3$/m);
  });

  test('reports what is wrong with the query', async () => {
    folder.write('q.graphql', '{ nope }');
    expect(await folder.run(['plan', '--url', gateway.url, 'q.graphql'])).toMatchObject({
      status: 1,
      err: expect.stringContaining('q.graphql:1:3: Cannot query field "nope"'),
    });
  });
});

test.each([
  [['--variables', '[1]'], '--variables must be a JSON object'],
  [['--variables', '{'], '--variables must be a JSON object'],
  [['--config', 'a', '--url', 'b'], 'pass --config or --url, not both'],
])('rejects %j, with exit status 2', async (args, problem) => {
  const { status, err } = await folder.run(['plan', ...args, 'team.graphql']);
  expect([status, err.split('\n')[0]]).toEqual([2, expect.stringContaining(problem)]);
});
