import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../../support/world.ts';

const BOARD =
  'query Board($first: Int = 2) { agents(first: $first, filter: { account: "kore-main" }) { nodes { name } } }';
const ACCOUNTS = 'query Accounts { accounts { name } }';
const SCHEMA = 'query Schema { __schema { queryType { name } } }';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
function keyOf(name: string): string {
  return `a-key-for-${name}-that-is-long-enough`;
}

const CALLERS = {
  board: { scopes: ['read'] },
  'only-bots': { scopes: ['read'], accounts: ['bots'] },
  developer: { scopes: ['read', 'introspect'] },
};

let folder: string;
let world: World;
let open: Gateway;
let closed: Gateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-e2e-documents-'));
  const manifest = join(folder, 'documents.json');
  writeFileSync(
    manifest,
    JSON.stringify({ [`sha256:${sha256(BOARD)}`]: BOARD, accounts: ACCOUNTS, schema: SCHEMA, old: '{ removed }' }),
  );
  world = await startWorld();
  open = await world.startGateway((raw) => ({ ...raw, trustedDocuments: { mode: 'allow', manifest } }));
  closed = await world.startGateway((raw) => ({
    ...raw,
    auth: { apiKeys: Object.entries(CALLERS).map(([name, rest]) => ({ name, sha256: sha256(keyOf(name)), ...rest })) },
    trustedDocuments: { mode: 'only', manifest },
  }));
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly { message: string; extensions: { code: string } }[];
  };
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}
async function post(gateway: Gateway, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return answerOf(await fetch(`${gateway.url}/graphql`, { ...request, body: JSON.stringify(body) }));
}
async function get(gateway: Gateway, search: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return answerOf(await fetch(`${gateway.url}/graphql?${search}`, { headers }));
}
function as(name: keyof typeof CALLERS) {
  return { authorization: `Bearer ${keyOf(name)}` };
}
function codesOf({ status, body }: Answer) {
  return [status, ...(body.errors ?? []).map(({ extensions }) => extensions.code)];
}

const preflight = { 'apollo-require-preflight': '1' };
const persistedQuery = { version: 1, sha256Hash: sha256(BOARD) };

describe('a request by id', () => {
  test.each([
    ['documentId', { documentId: sha256(BOARD) }],
    ['documentId with its prefix', { documentId: `sha256:${sha256(BOARD)}` }],
    ['the hash of Apollo’s clients', { extensions: { persistedQuery } }],
    ['a hash beside the text', { query: BOARD, extensions: { persistedQuery } }],
  ])('is answered as its text by %s', async (_, parameters) => {
    const variables = { first: 3 };
    const byText = await post(open, { query: BOARD, variables });
    const byId = await post(open, { ...parameters, variables, operationName: 'Board' });
    expect(byId.body).toEqual(byText.body);
    expect(byId.body).toMatchObject({ data: { agents: { nodes: [{}, {}, {}] } } });
  });

  test('is answered in the media type that the client accepts', async () => {
    const { headers } = await post(open, { documentId: 'accounts' }, { accept: 'application/graphql-response+json' });
    expect(headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  test('by GET is cacheable, and answered from the stored response without being parsed', async () => {
    const search = `documentId=${sha256(BOARD)}&variables=%7B%22first%22%3A1%7D`;
    const first = await get(open, search, preflight);
    expect(first.headers.get('cache-control')).toMatch(/^private, max-age=[1-9]/);
    expect(first.headers.get('vary')).toContain('authorization');
    await get(open, search, preflight);
    const second = await get(open, search, preflight);
    if (process.env.OPTIMISATIONS !== 'off') expect(second.headers.get('cache-status')).toMatch(/^switchboard; hit/);
    expect(second.body).toEqual(first.body);
  });

  test('by GET needs a header that no other site can send, as any GET', async () => {
    expect(codesOf(await get(open, 'documentId=accounts', {}))).toEqual([400, 'BAD_REQUEST']);
  });

  test('takes Apollo’s hash by GET, too', async () => {
    const extensions = encodeURIComponent(JSON.stringify({ persistedQuery }));
    expect(codesOf(await get(open, `extensions=${extensions}`, preflight))).toEqual([200]);
  });

  test('is refused for an id that is given twice', async () => {
    expect(codesOf(await get(open, 'documentId=accounts&documentId=schema&query=', preflight))).toEqual([
      400,
      'BAD_REQUEST',
    ]);
  });

  test('is named in the access log by its operation', async () => {
    await post(open, { documentId: 'accounts' }, { 'x-request-id': 'by-id' });
    const line = open
      .logs()
      .split('\n')
      .findLast((text) => text.includes('"by-id"') && text.includes('completed'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ operation: 'Accounts' });
  });
});

describe('an unknown id', () => {
  test('has a code of its own in each form', async () => {
    expect(codesOf(await post(open, { documentId: 'none' }))).toEqual([400, 'TRUSTED_DOCUMENT_NOT_FOUND']);
    expect(codesOf(await get(open, 'documentId=none', preflight))).toEqual([400, 'TRUSTED_DOCUMENT_NOT_FOUND']);
    const unknown = { extensions: { persistedQuery: { version: 1, sha256Hash: 'none' } } };
    const answer = await post(open, unknown);
    expect(codesOf(answer)).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(answer.body.errors?.[0]?.message).toBe('PersistedQueryNotFound');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('is known once the manifest has it', async () => {
    const manifest = join(folder, 'growing.json');
    writeFileSync(manifest, '{}');
    const gateway = await world.startGateway((raw) => ({ ...raw, trustedDocuments: { manifest } }));
    writeFileSync(manifest, JSON.stringify({ late: ACCOUNTS }));
    expect(codesOf(await post(gateway, { documentId: 'late' }))).toEqual([200]);
    expect(gateway.logs()).toContain('trusted documents added');
  });

  test('is unknown to a gateway without trusted documents, too', async () => {
    const gateway = await world.startGateway();
    expect(codesOf(await post(gateway, { documentId: 'accounts' }))).toEqual([400, 'TRUSTED_DOCUMENT_NOT_FOUND']);
    const answer = await post(gateway, { extensions: { persistedQuery } });
    expect(codesOf(answer)).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
  });
});

test('an invalid document is a warning at start, and its callers learn why', async () => {
  expect(open.logs()).toContain('a trusted document is not valid');
  expect(codesOf(await post(open, { documentId: 'old' }))).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
});

describe('mode only', () => {
  test('runs known ids, each for what its caller may see', async () => {
    const namesOf = async (name: 'board' | 'only-bots') => {
      const { body } = await post(closed, { documentId: 'accounts' }, as(name));
      return (body.data as { accounts: { name: string }[] }).accounts.map((account) => account.name);
    };
    expect(await namesOf('only-bots')).toEqual(['bots']);
    expect(await namesOf('board')).toContain('kore-main');
    expect(await namesOf('only-bots')).toEqual(['bots']);
  });

  test.each([
    ['a text', { query: ACCOUNTS }],
    ['a text beside an id', { query: ACCOUNTS, documentId: 'accounts' }],
    ['a text beside its hash', { query: BOARD, extensions: { persistedQuery } }],
    ['introspection', { query: SCHEMA }],
  ])('refuses %s of a caller without the scope introspect', async (_, body) => {
    expect(codesOf(await post(closed, body, as('board')))).toEqual([403, 'FORBIDDEN']);
  });

  test('refuses a text by GET', async () => {
    expect(codesOf(await get(closed, `query=${encodeURIComponent(ACCOUNTS)}`, as('board')))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    expect(codesOf(await get(closed, 'documentId=accounts', as('board')))).toEqual([200]);
  });

  test('runs the text of a caller with the scope introspect, whose answer no other caller gets', async () => {
    const text = { query: 'query Stored { accounts { vendor } }' };
    expect(codesOf(await post(closed, text, as('developer')))).toEqual([200]);
    expect(codesOf(await post(closed, text, as('developer')))).toEqual([200]);
    expect(codesOf(await post(closed, text, as('board')))).toEqual([403, 'FORBIDDEN']);
  });

  test('still requires the scope of a trusted document', async () => {
    expect(codesOf(await post(closed, { documentId: 'schema' }, as('board')))).toEqual([403, 'FORBIDDEN']);
  });

  test('counts the requests by the source of their text', async () => {
    for (const body of [{ documentId: 'none-again' }, { documentId: 'accounts' }, { query: '{ __typename }' }])
      await post(open, body);
    const metrics = await (await fetch(`${open.url}/metrics`)).text();
    expect(metrics).toMatch(/switchboard_graphql_documents_total\{source="id"\} \d/);
    expect(metrics).toMatch(/switchboard_graphql_documents_total\{source="text"\} \d/);
    expect(metrics).toMatch(/switchboard_graphql_documents_total\{source="unknown"\} \d/);
  });
});
