import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Gateway, type World, startWorld } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => {
  world.calls();
});
afterAll(() => world.stop());

const gatewayWithLimits = (limits: Record<string, number>): Promise<Gateway> =>
  world.startGateway((raw) => ({
    ...raw,
    limits,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  }));

const NO_CALLS = { kore: [], vonage: [], avaamo: [], liveperson: [] };
const STATUS_PERIODS_FIELD =
  'statusPeriods(first: $n, accounts: ["kore-main"], during: {from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z"})';
const QUERY = `query ($n: Int) { agents(first: 1, filter: {account: "kore-main"}) { nodes { ${STATUS_PERIODS_FIELD}
  { nodes { session { events { at } } } } } } }`;

describe('what an answer might hold', () => {
  test('is refused one beyond the limit, by status 400, before any vendor is called', async () => {
    // One agent; each of its periods may be of a session with ten events.
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

  test('does not matter to who only wants to know what it would cost', async () => {
    const gateway = await gatewayWithLimits({ maxEstimatedItems: 1 });
    const { status, errors, extensions } = await gateway.query(QUERY, { n: 6 }, { 'switchboard-explain': 'plan' });
    expect([status, errors]).toEqual([200, undefined]);
    expect(extensions?.switchboard).toMatchObject({ plan: { total: expect.any(Number) } });
  });

  test('is not looked at where the variables are wrong: that is said instead', async () => {
    const gateway = await gatewayWithLimits({ maxEstimatedItems: 1 });
    const { errors } = await gateway.query(QUERY, { n: 'many' });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('what an answer holds', () => {
  test('is refused, all of it, where that is one beyond the limit', async () => {
    const whole = await (
      await gatewayWithLimits({})
    ).query<{ agents: { nodes: unknown[] } }>('{ agents { nodes { key } } }');
    // And the connection.
    const count = 1 + whole.data.agents.nodes.length;

    const fits = await (await gatewayWithLimits({ maxResponseObjects: count })).query('{ agents { nodes { key } } }');
    expect([fits.status, fits.errors, fits.data]).toEqual([200, undefined, whole.data]);

    const beyond = await (
      await gatewayWithLimits({ maxResponseObjects: count - 1 })
    ).query('{ agents { nodes { key } } }');
    expect([beyond.status, beyond.data]).toEqual([400, undefined]);
    expect(beyond.errors).toHaveLength(1);
    expect(beyond.errors?.[0]).toMatchObject({ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'response_objects' } });
    expect(beyond.headers.get('cache-control')).toBe('no-store');
  });

  test('is all its objects, whoever makes them', async () => {
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
    [
      'an object that is no item of a list counts',
      '{ agents(first: 2) { pageInfo { hasNextPage } nodes { key } } }',
      4,
    ],
    [
      'one that is come by again counts again',
      '{ agents(first: 1) { nodes { accounts { account { name } } } } }',
      1 + 1 + 2 * 3,
    ],
    [
      'one that is looked for counts, found or not',
      '{ agent(id: "nobody") { key } agents(first: 1) { nodes { key } } }',
      3,
    ],
    [
      'one of 25 fields counts as two and a half',
      `{ agents(first: 2) { nodes { ${Array.from({ length: 25 }, (_, i) => `a${i}: key`).join(' ')} } } }`,
      6,
    ],
  ])('%s', async (_title, document, count) => {
    expect(await (await gatewayWithLimits({ maxResponseObjects: count })).query(document)).toMatchObject({
      status: 200,
    });
    expect(await (await gatewayWithLimits({ maxResponseObjects: count - 1 })).query(document)).toMatchObject({
      status: 400,
    });
  });

  test('is no longer made once it is too much', async () => {
    // Each agent’s periods lead back to the agent: without an end to it, some thousand objects.
    const document = `query ($n: Int) { agents(first: 1, filter: {account: "kore-main"}) { nodes { ${STATUS_PERIODS_FIELD} { nodes {
      agent { ${STATUS_PERIODS_FIELD} { nodes { agent { ${STATUS_PERIODS_FIELD} { nodes { start } } } } } } } } } } }`;
    const { status, errors } = await (await gatewayWithLimits({ maxResponseObjects: 100 })).query(document, { n: 10 });
    expect([status, errors?.[0]?.extensions.limit]).toEqual([400, 'response_objects']);
    // What was asked of the vendor before is not asked again for each of them.
    expect(world.calls().kore).toHaveLength(1);
  });

  test('is not the schema, which is as long as it is', async () => {
    const { status } = await (
      await gatewayWithLimits({ maxResponseObjects: 1 })
    ).query('{ __schema { types { name } } }');
    expect(status).toBe(200);
  });
});
