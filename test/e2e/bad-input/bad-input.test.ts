import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../../support/world.ts';

let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  }));
});
afterAll(() => world.stop());

function onAgent(field: string) {
  return `{ agents(first: 1) { nodes { key ${field} } } }`;
}
function during(from: string, to: string) {
  return `during: {from: "${from}", to: "${to}"}`;
}

test.each([
  [
    'a range that ends before it begins',
    onAgent(`statusPeriods(${during('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z')}) { totalCount }`),
    'during',
  ],
  [
    'an empty range',
    onAgent(`sessions(${during('2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z')}) { totalCount }`),
    'during',
  ],
  [
    'a range of 32 days',
    onAgent(`timeInStatus(${during('2026-03-01T00:00:00Z', '2026-04-02T00:00:00Z')}) { seconds }`),
    'during',
  ],
  [
    'days in the wrong order',
    '{ agents(filter: {kind: VIRTUAL}) { nodes { usageStats(during: {from: "2026-03-02", to: "2026-03-01"}) { current { start } } } } }',
    'during',
  ],
  ['more agents than a page may have', '{ agents(first: 1001) { totalCount } }', 'first'],
  ['a filter by an unknown account', '{ agents(filter: {account: "nowhere"}) { totalCount } }', 'filter.account'],
  ['a negative page size', '{ agents(first: -1) { totalCount } }', 'first'],
  ['a foreign cursor', '{ agents(after: "x") { totalCount } }', 'after'],
  ['too many nodes', `{ nodes(ids: ${JSON.stringify(Array(101).fill('x'))}) { id } }`, 'ids'],
  ['a size of 0', onAgent('latestInteractions(size: 0) { totalCount }'), 'size'],
  [
    'an unknown account',
    onAgent(
      `statusPeriods(accounts: ["nowhere"], ${during('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z')}) { totalCount }`,
    ),
    'accounts',
  ],
])('rejects %s as BAD_USER_INPUT with the argument', async (_, document, argument) => {
  const { errors = [] } = await gateway.query(document);

  expect(errors.length).toBeGreaterThan(0);
  for (const { message, extensions } of errors) {
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', argument });
    expect(message).toContain(argument);
  }
  expect(world.calls()).toEqual({ kore: [], vonage: [], avaamo: [], liveperson: [] });
});

const badRange = during('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z');
test.each([
  ['a field that may be null is null', `agents(first: 1) { nodes { sessions(${badRange}) { totalCount } } }`, false],
  ['agents makes the answer null', 'agents(first: 1001) { totalCount }', true],
  ['nodes makes the answer null', `nodes(ids: ${JSON.stringify(Array(101).fill('x'))}) { id }`, true],
])('answers 200 where an argument is rejected: %s', async (_, field, isAllNull) => {
  const { status, data, errors } = await gateway.query<object | null>(`{ accounts { name } ${field} }`);
  expect(status).toBe(200);
  expect(errors).toHaveLength(1);
  expect(data === null).toBe(isAllNull);
  if (!isAllNull)
    expect(data).toMatchObject({ accounts: [{}, {}, {}, {}, {}], agents: { nodes: [{ sessions: null }] } });
});

test.each([
  ['a date that does not exist', { from: '2026-02-31T00:00:00Z', to: '2026-03-02T00:00:00Z' }],
  ['a time without an offset', { from: '2026-02-01T00:00:00', to: '2026-03-02T00:00:00Z' }],
  ['a word instead of a time', { from: 'yesterday', to: '2026-03-02T00:00:00Z' }],
])('rejects %s in a variable as BAD_USER_INPUT with the variable', async (_, range) => {
  const document = `query($during: TimeRange!) ${onAgent('statusPeriods(during: $during) { totalCount }')}`;
  const { status, errors } = await gateway.query(document, { during: range });

  expect(status).toBe(400);
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(errors?.[0]?.message).toContain('$during');
});

test.each([
  ['statusPeriods(during: {from: "2026-02-31T00:00:00Z", to: "2026-03-02T00:00:00Z"}) { totalCount }', 'during.from'],
  ['usageStats(during: {from: "2026-02-28", to: "2026-02-31"}) { current { start } }', 'during.to'],
  [
    'usageStats(during: {from: "2026-02-01", to: "2026-03-02", timeZone: "Mars/Olympus"}) { current { start } }',
    'during.timeZone',
  ],
])('rejects an invalid literal as BAD_USER_INPUT with the path of the argument: %s', async (field, argument) => {
  const document = onAgent(field);
  const { status, errors } = await gateway.query(document);

  expect(status).toBe(400);
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument }]);
  const [at] = errors?.[0]?.locations ?? [];
  expect(document.split('\n')[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1)).toMatch(/^"(2026-02-31|Mars)/);
});

test.each(['mutation', 'subscription'])(
  'rejects a %s as GRAPHQL_VALIDATION_FAILED, and logs no error',
  async (kind) => {
    for (const document of [`${kind} { x }`, `${kind} Name { __typename }`]) {
      const { status, errors } = await gateway.query(document);
      expect([status, errors?.map(({ extensions }) => extensions.code)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
    }
    expect(gateway.logs()).not.toContain('"level":"error"');
  },
);

test('rejects more than 100 accounts as BAD_USER_INPUT in every field', async () => {
  const accounts = Array<string>(101).fill('kore-main');
  for (const field of ['statusPeriods', 'timeInStatus', 'sessions']) {
    const inner = field === 'timeInStatus' ? 'seconds' : 'totalCount';
    const query = `query ($accounts: [String!]) ${onAgent(`${field}(accounts: $accounts, ${during('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')}) { ${inner} }`)}`;
    const { errors } = await gateway.query(query, { accounts });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'accounts' }]);
  }
  expect(Object.values(world.calls()).flat()).toEqual([]);
});

test('answers PERSISTED_QUERY_NOT_SUPPORTED to storing and to reading persisted queries', async () => {
  const query = '{ __typename }';
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
  for (const body of [{ query }, {}]) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, extensions: { persistedQuery } }),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
    });
  }
});
