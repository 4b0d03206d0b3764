import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => {
  world.calls();
});
afterAll(() => world.stop());

function gatewayWithLimits(limits: Record<string, number>): Promise<Gateway> {
  return world.startGateway((raw) => ({
    ...raw,
    limits,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  }));
}

const NO_CALLS = { kore: [], vonage: [], avaamo: [], liveperson: [] };
const STATUS_PERIODS_FIELD =
  'statusPeriods(first: $n, accounts: ["kore-main"], during: {from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z"})';
const QUERY = `query ($n: Int) { agents(first: 1, filter: {account: "kore-main"}) { nodes { ${STATUS_PERIODS_FIELD}
  { nodes { session { events { at } } } } } } }`;

describe('limits.maxEstimatedItems', () => {
  test('rejects one estimated item beyond maxEstimatedItems with status 400, before any vendor call', async () => {
    // One agent; each of its periods may belong to a session with an assumed ten events.
    const gateway = await gatewayWithLimits({ maxEstimatedItems: 1 + 5 + 5 * 10 });
    const fits = await gateway.query(QUERY, { n: 5 });
    expect([fits.status, fits.errors]).toEqual([200, undefined]);
    expect(world.calls()).not.toEqual(NO_CALLS);

    const beyond = await gateway.query(QUERY, { n: 6 });
    expect(beyond.status).toBe(400);
    expect(beyond.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'QUERY_TOO_COMPLEX', limit: 'estimated_items' },
    ]);
    expect(world.calls()).toEqual(NO_CALLS);
  });

  test('returns the plan of a query beyond maxEstimatedItems', async () => {
    const gateway = await gatewayWithLimits({ maxEstimatedItems: 1 });
    const { status, errors, extensions } = await gateway.query(QUERY, { n: 6 }, { 'switchboard-explain': 'plan' });
    expect([status, errors]).toEqual([200, undefined]);
    expect(extensions?.switchboard).toMatchObject({ plan: { total: expect.any(Number) } });
  });

  test('reports invalid variables instead of the estimated items', async () => {
    const gateway = await gatewayWithLimits({ maxEstimatedItems: 1 });
    const { errors } = await gateway.query(QUERY, { n: 'many' });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('limits.maxResponseObjects', () => {
  test('rejects the complete response for one object beyond maxResponseObjects', async () => {
    const complete = await (
      await gatewayWithLimits({})
    ).query<{ agents: { nodes: unknown[] } }>('{ agents { nodes { key } } }');
    // The connection is an object, too.
    const count = 1 + complete.data.agents.nodes.length;

    const fits = await (await gatewayWithLimits({ maxResponseObjects: count })).query('{ agents { nodes { key } } }');
    expect([fits.status, fits.errors, fits.data]).toEqual([200, undefined, complete.data]);

    const beyond = await (
      await gatewayWithLimits({ maxResponseObjects: count - 1 })
    ).query('{ agents { nodes { key } } }');
    expect([beyond.status, beyond.data]).toEqual([400, undefined]);
    expect(beyond.errors).toHaveLength(1);
    expect(beyond.errors?.[0]).toMatchObject({ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'response_objects' } });
    expect(beyond.headers.get('cache-control')).toBe('no-store');
  });

  test('counts the objects that default resolvers create', async () => {
    const gateway = await gatewayWithLimits({});
    interface Agents {
      readonly agents: { readonly nodes: readonly { readonly accounts: readonly unknown[] }[] };
    }
    const document = '{ agents(first: 3) { nodes { accounts { ref } } } }';
    const { data } = await gateway.query<Agents>(document);
    const count = data.agents.nodes.reduce((sum, { accounts }) => sum + 1 + accounts.length, 1);

    expect((await (await gatewayWithLimits({ maxResponseObjects: count })).query(document)).status).toBe(200);
    expect((await (await gatewayWithLimits({ maxResponseObjects: count - 1 })).query(document)).status).toBe(400);
  });

  test.each<[string, string, number]>([
    ['an object outside of a list', '{ agents(first: 2) { pageInfo { hasNextPage } nodes { key } } }', 4],
    [
      'an object each time it occurs',
      '{ agents(first: 1) { nodes { accounts { account { name } } } } }',
      1 + 1 + 2 * 3,
    ],
    ['an object that is null after all', '{ agent(id: "unknown") { key } agents(first: 1) { nodes { key } } }', 3],
    [
      'an object of 25 fields as two and a half',
      `{ agents(first: 2) { nodes { ${Array.from({ length: 25 }, (_, i) => `a${i}: key`).join(' ')} } } }`,
      6,
    ],
  ])('counts %s against maxResponseObjects', async (_title, document, count) => {
    expect(await (await gatewayWithLimits({ maxResponseObjects: count })).query(document)).toMatchObject({
      status: 200,
    });
    expect(await (await gatewayWithLimits({ maxResponseObjects: count - 1 })).query(document)).toMatchObject({
      status: 400,
    });
  });

  test('stops creating objects beyond maxResponseObjects', async () => {
    // The periods of an agent lead back to the agent: without a limit, about a thousand objects.
    const document = `query ($n: Int) { agents(first: 1, filter: {account: "kore-main"}) { nodes { ${STATUS_PERIODS_FIELD} { nodes {
      agent { ${STATUS_PERIODS_FIELD} { nodes { agent { ${STATUS_PERIODS_FIELD} { nodes { start } } } } } } } } } } }`;
    const { status, errors } = await (await gatewayWithLimits({ maxResponseObjects: 100 })).query(document, { n: 10 });
    expect([status, errors?.[0]?.extensions.limit]).toEqual([400, 'response_objects']);
    // The vendor is called once, not once per object.
    expect(world.calls().kore).toHaveLength(1);
  });

  test('does not count the objects of introspection', async () => {
    const { status } = await (
      await gatewayWithLimits({ maxResponseObjects: 1 })
    ).query('{ __schema { types { name } } }');
    expect(status).toBe(200);
  });
});
