import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { thrownBy } from '../../test/support/capture-error.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { createDocumentResolver } from './document-request.ts';
import type { DocumentSource } from './ports.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

const TEXT = 'query Trusted { a }';
const HASH = 'ab'.repeat(32);
const document = { text: TEXT, operationName: 'Trusted' };

const reader: Caller = { name: 'r', accounts: null, scopes: new Set(['read']) };
const developer: Caller = { ...reader, scopes: new Set(['read', 'introspect']) };

function trusted(mode: TrustedDocuments['mode']): TrustedDocuments {
  return { mode, find: (id) => (id === HASH ? document : undefined) };
}

function resolverOf(mode: TrustedDocuments['mode'] | 'off') {
  const sources: DocumentSource[] = [];
  const resolver = createDocumentResolver(mode === 'off' ? undefined : trusted(mode), (source) => sources.push(source));
  return { ...resolver, sources };
}

function search(parameters: Readonly<Record<string, string>>) {
  return `?${new URLSearchParams(parameters).toString()}`;
}
const persistedQuery = { version: 1, sha256Hash: HASH };

describe('resolveParameters', () => {
  test.each([
    ['documentId', { documentId: HASH }],
    ['documentId with a prefix', { documentId: `sha256:${HASH}` }],
    ['Apollo’s hash', { extensions: { persistedQuery } }],
    ['an empty query beside documentId', { query: '', documentId: HASH }],
    ['null as query beside documentId', { query: null, documentId: HASH }],
    ['both forms', { documentId: HASH, extensions: { persistedQuery: { version: 1, sha256Hash: 'other' } } }],
  ])('puts the text in the place of %s', (_, parameters) => {
    const { resolveParameters, sources } = resolverOf('allow');
    const body = { ...parameters, variables: { x: 1 }, operationName: 'Trusted' };
    const { request, document: found } = resolveParameters(body, reader) as { request: unknown; document: unknown };
    expect(request).toMatchObject({ query: TEXT, variables: { x: 1 }, operationName: 'Trusted' });
    expect(request).not.toHaveProperty('documentId');
    expect(request).not.toHaveProperty('extensions.persistedQuery');
    expect(found).toBe(document);
    expect(sources).toEqual(['id']);
  });

  test('adds no extensions', () => {
    const { request } = resolverOf('allow').resolveParameters({ documentId: HASH }, reader) as { request: object };
    expect(Object.keys(request)).toEqual(['query']);
  });

  test('keeps other extensions', () => {
    const parameters = { extensions: { persistedQuery, tracing: true } };
    expect(resolverOf('allow').resolveParameters(parameters, reader)).toMatchObject({
      request: { query: TEXT, extensions: { tracing: true } },
    });
  });

  test.each(['allow', 'off'] as const)('passes free text unchanged in mode %s', (mode) => {
    const { resolveParameters, sources } = resolverOf(mode);
    const parameters = { query: '{ free }', documentId: 'other' };
    expect(resolveParameters(parameters, reader)).toEqual({ request: parameters, document: null });
    expect(sources).toEqual(['text']);
  });

  test('runs a text beside its hash, as Apollo clients send it after PERSISTED_QUERY_NOT_FOUND', () => {
    const parameters = { query: '{ free }', extensions: { persistedQuery } };
    expect(resolverOf('allow').resolveParameters(parameters, reader)).toMatchObject({
      request: { query: '{ free }', extensions: {} },
    });
  });

  test('refuses free text in mode only, but for the scope introspect', () => {
    const { resolveParameters, sources } = resolverOf('only');
    for (const query of ['{ free }', TEXT, 7, { a: 1 }])
      expect(thrownBy(() => resolveParameters({ query, documentId: HASH }, reader))).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    expect(resolveParameters({ query: '{ free }' }, developer)).toMatchObject({ document: null });
    expect(resolveParameters({ documentId: HASH }, reader)).toMatchObject({ request: { query: TEXT } });
    expect(sources).toEqual(['refused', 'refused', 'refused', 'refused', 'text', 'id']);
  });

  test('refuses free text in mode only without auth, where every caller has every scope', () => {
    const { resolveParameters } = resolverOf('only');
    expect(thrownBy(() => resolveParameters({ query: '{ free }' }, anonymousCaller))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(resolveParameters({ documentId: HASH }, anonymousCaller)).toMatchObject({ request: { query: TEXT } });
  });

  test('rejects an unknown id, each form with its own code', () => {
    const { resolveParameters, sources } = resolverOf('allow');
    expect(thrownBy(() => resolveParameters({ documentId: 'CANARY' }, reader))).toMatchObject({
      status: 400,
      code: 'TRUSTED_DOCUMENT_NOT_FOUND',
      message: expect.not.stringContaining('CANARY'),
    });
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'none' } };
    expect(thrownBy(() => resolveParameters({ extensions }, reader))).toMatchObject({
      status: 200,
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: 'PersistedQueryNotFound',
    });
    expect(sources).toEqual(['unknown', 'unknown']);
  });

  test('knows no id where no documents are configured, and leaves hashes to Apollo Server', () => {
    const { resolveParameters } = resolverOf('off');
    expect(thrownBy(() => resolveParameters({ documentId: HASH }, reader))).toMatchObject({
      code: 'TRUSTED_DOCUMENT_NOT_FOUND',
      message: expect.stringContaining('no trusted documents'),
    });
    for (const parameters of [
      { extensions: { persistedQuery } },
      { query: '{ free }', extensions: { persistedQuery } },
    ])
      expect(resolveParameters(parameters, reader)).toEqual({ request: parameters, document: null });
  });

  test.each([
    [{ documentId: 7 }],
    [{ documentId: '' }],
    [{ documentId: [HASH] }],
    [{ extensions: { persistedQuery: HASH } }],
    [{ extensions: { persistedQuery: { sha256Hash: HASH } } }],
    [{ extensions: { persistedQuery: { version: 2, sha256Hash: HASH } } }],
    [{ extensions: { persistedQuery: { version: 1, sha256Hash: 7 } } }],
  ])('rejects %j', (parameters) => {
    expect(thrownBy(() => resolverOf('allow').resolveParameters(parameters, reader))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
  });

  test.each([
    [null],
    [[{ documentId: HASH }]],
    ['text'],
    [{}],
    [{ variables: {} }],
    [{ extensions: [persistedQuery] }],
  ])('passes %j unchanged, for Apollo Server to report', (parameters) => {
    expect(resolverOf('only').resolveParameters(parameters, reader)).toEqual({ request: parameters, document: null });
  });

  test('waits for a document that is not known at once', async () => {
    const documents: TrustedDocuments = { mode: 'allow', find: () => Promise.resolve(document) };
    const { resolveParameters } = createDocumentResolver(documents);
    expect(await resolveParameters({ documentId: 'later' }, reader)).toMatchObject({ request: { query: TEXT } });
  });
});

describe('resolveSearch', () => {
  const parametersOf = (result: unknown) =>
    Object.fromEntries(new URLSearchParams((result as { request: string }).request));

  test.each([
    [{ documentId: `sha256:${HASH}` }],
    [{ documentId: HASH, query: '' }],
    [{ extensions: JSON.stringify({ persistedQuery }) }],
  ])('puts the text in the place of %j', (parameters) => {
    const result = resolverOf('only').resolveSearch(search({ ...parameters, variables: '{"x":1}' }), reader);
    expect(parametersOf(result)).toMatchObject({ query: TEXT, variables: '{"x":1}' });
    expect(parametersOf(result)).not.toHaveProperty('documentId');
    expect(String(parametersOf(result).extensions)).not.toContain('persistedQuery');
  });

  test('runs a text beside its hash', () => {
    const both = search({ query: '{ free }', extensions: JSON.stringify({ persistedQuery }) });
    expect(parametersOf(resolverOf('allow').resolveSearch(both, reader))).toEqual({
      query: '{ free }',
      extensions: '{}',
    });
  });

  test('keeps a query string that names no document as it is', () => {
    for (const text of ['', '?', '?query=%7B+free+%7D', '?variables=%7B%7D', '?extensions=%7B'])
      expect(resolverOf('allow').resolveSearch(text, reader)).toEqual({ request: text, document: null });
  });

  test.each([
    '?query=&query=%7B+free+%7D',
    '?query=%7B+free+%7D&query=',
    '?documentId=' + HASH + '&query=%7B+free+%7D',
  ])('finds the text of %s in mode only', (text) => {
    expect(thrownBy(() => resolverOf('only').resolveSearch(text, reader))).toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('in mode only, whatever a caller without the scope sends, only texts of trusted documents pass', () => {
  const value = fc.oneof(fc.string(), fc.constant(HASH), fc.constant(TEXT), fc.constant(''), fc.jsonValue());
  const body = fc.record(
    { query: value, documentId: value, extensions: fc.oneof(value, fc.record({ persistedQuery: value })) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(body, (parameters) => {
      const { resolveParameters } = resolverOf('only');
      let request: unknown;
      try {
        ({ request } = resolveParameters(parameters, reader) as { request: unknown });
      } catch {
        return;
      }
      const { query } = request as { query?: unknown };
      expect([undefined, null, '', TEXT]).toContain(query);
    }),
  );
});
