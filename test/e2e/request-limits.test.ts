import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** A gateway without discovery, so that only the calls of the query itself are planned. */
function gatewayWithLimits(limits: Record<string, number>): Promise<Gateway> {
  return world.startGateway((raw) => ({
    ...raw,
    limits,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  }));
}

const NO_CALLS = { kore: [], vonage: [], avaamo: [], liveperson: [] };
function repeat(count: number, text: (index: number) => string) {
  return Array.from({ length: count }, (_, i) => text(i)).join(' ');
}
/** A field that calls a vendor when it is executed. */
function vendorBackedField(inner: string) {
  return `agents(first: 1) { nodes { currentStatus { ${inner} } } }`;
}

interface Row {
  readonly setting: string;
  readonly limit: string;
  readonly max: number;
  /** Creates a document of this size with respect to the limit. */
  readonly query: (size: number) => string;
  readonly code?: string;
  readonly extensions?: object;
}

const rows: readonly Row[] = [
  {
    setting: 'maxTokens',
    limit: 'tokens',
    max: 40,
    // { agents ( first : 1 ) { nodes { currentStatus { … } } } }: sixteen tokens besides the names.
    query: (n) => `{ ${vendorBackedField(repeat(n - 16, () => 'status'))} }`,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    setting: 'maxDepth',
    limit: 'depth',
    max: 5,
    query: (n) =>
      `{ ${vendorBackedField(`${'agent { currentStatus { '.repeat((n - 4) >> 1)} ${'agent { '.repeat(n % 2)} id ${'} '.repeat(n - 4)}`)} }`,
  },
  {
    setting: 'maxAliases',
    limit: 'aliases',
    max: 3,
    query: (n) => `{ ${vendorBackedField(repeat(n, (i) => `a${i}: status`))} }`,
  },
  {
    setting: 'maxRootFields',
    limit: 'root_fields',
    max: 3,
    query: (n) => `{ ${repeat(n, () => vendorBackedField('status'))} }`,
  },
  {
    setting: 'maxVendorCalls',
    limit: 'vendor_calls',
    max: 4,
    // One of the calls fetches the token.
    query: (n) =>
      `{ agents(first: ${n - 1}, filter: {account: "vcc"}) { nodes { latestInteractions { totalCount } } } }`,
    extensions: { planned: 5, allowed: 4 },
  },
];

test.each(rows)(
  '$setting: answers a query at the limit, and rejects one beyond it before any vendor call',
  async (row) => {
    const { setting, limit, max, query, code = 'QUERY_TOO_COMPLEX', extensions = {} } = row;
    const gateway = await gatewayWithLimits({ [setting]: max });
    const fits = await gateway.query(query(max));
    expect([fits.status, fits.errors]).toEqual([200, undefined]);
    expect(world.calls()).not.toEqual(NO_CALLS);

    const beyond = await gateway.query(query(max + 1));
    expect(beyond.status).toBe(400);
    expect(beyond.errors?.map((error) => error.extensions)).toEqual([{ code, limit, ...extensions }]);
    expect(world.calls()).toEqual(NO_CALLS);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain(`switchboard_limit_rejections_total{limit="${limit}"} 1\n`);
  },
);

test.each(['{ agents(', '{ agents ?'])(
  'reports a syntax error, not the token limit, for a document that ends before it: %s',
  async (query) => {
    const { errors } = await (await gatewayWithLimits({ maxTokens: 3 })).query(query);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'GRAPHQL_PARSE_FAILED' }]);
  },
);

test('reports five validation errors of a document, and that there are more', async () => {
  const { errors } = await (await gatewayWithLimits({})).query(`{ ${repeat(15, (i) => `no${i}`)} }`);
  expect(errors).toHaveLength(5 + 1);
});

test('rejects requests that another site can make a browser send (CSRF), and batches', async () => {
  const { url } = await gatewayWithLimits({});
  const query = 'query={agents{totalCount}}';
  expect((await fetch(`${url}/graphql?${query}`)).status).toBe(400);
  expect((await fetch(`${url}/graphql?${query}`, { headers: { 'apollo-require-preflight': '1' } })).status).toBe(200);
  const batch = JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url}/graphql`, { method: 'POST', headers, body: batch })).status).toBe(400);
});
