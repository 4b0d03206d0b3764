/** @needs client-libraries */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ClientExamples, TSC } from '../support/client-examples.ts';
import { copyExamplesWithLibraries } from '../support/client-libraries.ts';
import { type Gateway, startWorld, type World } from '../support/world.ts';

/** Other GraphQL clients, with the settings of docs/clients.md, against a running gateway. */

const KEY = 'a-key-of-the-test';

interface Totals {
  readonly agents: { readonly totalCount: number };
  readonly accounts: readonly { readonly name: string }[];
}

let world: World;
let gateway: Gateway;
let guarded: Gateway;
let examples: ClientExamples;
let everyone: number;
let accountNames: readonly string[];

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway();
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  guarded = await world.startGateway((config) => ({ ...config, auth: { apiKeys: [{ name: 'app', sha256 }] } }));
  const schema = await fetch(`${gateway.url}/schema.graphql`);
  examples = copyExamplesWithLibraries(await schema.text());
  const { data } = await gateway.query<Totals>('{ agents { totalCount } accounts { name } }');
  everyone = data.agents.totalCount;
  accountNames = data.accounts.map(({ name }) => name).toSorted();
});

afterAll(async () => {
  examples.remove();
  await world.stop();
});

function endpoint(): string {
  return `${gateway.url}/graphql`;
}

/** Runs an example against a gateway that needs a key, with the key. */
function executeWithKey(module: string): Promise<unknown> {
  return examples.execute(module, `${guarded.url}/graphql`, { SWITCHBOARD_KEY: KEY });
}

/** The queries that were sent by GET, and whatever was sent otherwise. */
function countMethods({ logs }: Gateway) {
  const methods = [...logs().matchAll(/"method":"(\w+)","path":"\/graphql"/g)].map(([, method = '']) => method);
  return {
    get: methods.filter((method) => method === 'GET').length,
    post: methods.filter((method) => method === 'POST').length,
  };
}

describe('from the SDL', () => {
  beforeAll(async () => {
    for (const command of [
      ['node_modules/.bin/gql.tada', 'generate-output'],
      ['node_modules/relay-compiler/cli.js', 'relay.config.json'],
      ['relay/build.ts'],
    ])
      expect(await examples.run('.', command)).toMatchObject({ ok: true });
  });

  test('the examples compile', async () => {
    expect(await examples.run('.', [TSC, '-p', '.'])).toMatchObject({ ok: true, text: '' });
  });

  test('gql.tada rejects a field that the schema does not have', async () => {
    examples.change('gql-tada/main.ts', 'node.presence?.status?.status', 'node.presence?.status?.state');
    const { ok, text } = await examples.run('.', [TSC, '-p', '.']);
    examples.change('gql-tada/main.ts', 'node.presence?.status?.state', 'node.presence?.status?.status');
    expect(ok).toBe(false);
    expect(text).toContain("Property 'state' does not exist");
  });

  test('the Relay compiler rejects a field that the schema does not have', async () => {
    examples.change('relay/main.ts', '    name\n', '    nickname\n');
    const { ok, text } = await examples.run('.', ['node_modules/relay-compiler/cli.js', 'relay.config.json']);
    examples.change('relay/main.ts', '    nickname\n', '    name\n');
    expect(ok).toBe(false);
    expect(text).toContain('nickname');
  });

  test('a query typed by gql.tada is answered', async () => {
    const result = await examples.execute('gql-tada/main.ts', endpoint());
    expect(result).toEqual({ totalCount: expect.any(Number), available: expect.any(Number) });
  });

  test('Relay pages through a connection and reads a node again', async () => {
    const expected = {
      pages: Math.ceil(everyone / 30),
      agents: everyone,
      distinctAgents: everyone,
      live: everyone,
      isRefetched: true,
      agent: expect.objectContaining({ name: expect.any(String) }),
    };
    expect(await examples.execute('relay/main.js', endpoint())).toEqual(expected);
    expect(await executeWithKey('relay/main.js')).toEqual(expected);
  });
});

describe('Apollo Client', () => {
  test('pages through a list by GET, keeps one entry for each agent and account, and subscribes', async () => {
    const before = countMethods(gateway);
    const expected = {
      error: null,
      totalCount: everyone,
      listed: everyone,
      agents: everyone,
      live: everyone,
      accounts: accountNames.map((name) => `Account:${JSON.stringify({ name })}`),
    };
    expect(await examples.execute('apollo/main.ts', endpoint())).toEqual(expected);
    const { get, post } = countMethods(gateway);
    // The subscription is the only POST, and its line is written when it ends.
    expect(get - before.get).toBe(Math.ceil(everyone / 30));
    expect(post - before.post).toBeLessThanOrEqual(1);
    expect(await executeWithKey('apollo/main.ts')).toEqual(expected);
  });
});

describe('urql with Graphcache', () => {
  test('pages through a list by GET, with either header, and has a key or none for every type', async () => {
    const before = countMethods(gateway);
    const expected = {
      error: null,
      totalCount: everyone,
      listed: everyone,
      agents: everyone,
      live: everyone,
      warnings: [],
    };
    expect(await examples.execute('urql/main.ts', endpoint())).toEqual(expected);
    const { get, post } = countMethods(gateway);
    // The subscription is the only POST, and its line is written when it ends.
    expect(get - before.get).toBe(Math.ceil(everyone / 30));
    expect(post - before.post).toBeLessThanOrEqual(1);
    expect(await executeWithKey('urql/main.ts')).toEqual(expected);
  });
});
