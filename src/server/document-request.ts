import { toCanonicalDocumentId } from '../config/document-manifest.ts';
import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import type { TrustedDocument } from '../graphql/check-documents.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { HttpError } from './http-error.ts';
import type { DocumentSource } from './ports.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** A request with its text, and the trusted document that the text comes from. */
export interface ResolvedRequest<Request> {
  readonly request: Request;
  readonly document: TrustedDocument | null;
}

/** Puts the text of a trusted document in the place of its id. Throws an `HttpError` for a request that is refused. */
export interface DocumentResolver {
  /** For the parameters of a JSON body, or of a message of another transport; what is no object passes unchanged. */
  readonly resolveParameters: (parameters: unknown, caller: Caller) => MaybePromise<ResolvedRequest<unknown>>;
  /** For the query string of a GET, with its question mark. */
  readonly resolveSearch: (search: string, caller: Caller) => MaybePromise<ResolvedRequest<string>>;
}

type GraphqlParameters = Readonly<Record<string, unknown>>;

/** Without `documents` no id is known, and every text is accepted. */
export function createDocumentResolver(
  documents: TrustedDocuments | undefined,
  onRequest: (source: DocumentSource) => void = ignore,
): DocumentResolver {
  function find(parameters: GraphqlParameters, caller: Caller): MaybePromise<TrustedDocument | null> {
    if (hasText(parameters)) {
      if (documents?.mode === 'only' && !maySendText(caller)) {
        onRequest('refused');
        throw freeTextError();
      }
      onRequest('text');
      return null;
    }
    const reference = readReference(parameters);
    // Without trusted documents, Apollo Server answers that it does not support hashes, and clients send none any more.
    if (reference === null || (reference.form === 'hash' && !documents)) return null;
    const document = documents?.find(toCanonicalDocumentId(reference.id));
    return mapValue(document, (known) => {
      onRequest(known ? 'id' : 'unknown');
      if (!known) throw reference.form === 'hash' ? unknownHashError() : unknownIdError(documents !== undefined);
      return known;
    });
  }

  return {
    resolveParameters(parameters, caller) {
      if (!isObject(parameters)) return { request: parameters, document: null };
      return mapValue(find(parameters, caller), (document) => ({
        request: documents ? putText(parameters, document) : parameters,
        document,
      }));
    },
    resolveSearch(search, caller) {
      const query = new URLSearchParams(search);
      if (query.getAll('documentId').length > 1)
        throw new HttpError(400, 'BAD_REQUEST', 'The parameter documentId must be given once.');
      const parameters = { ...Object.fromEntries(query), extensions: parseExtensions(query.get('extensions')) };
      // Of a parameter that is repeated, Apollo Server reports an error; no repetition may hide a text.
      const text = query.getAll('query').find((value) => value !== '');
      const found = find(text === undefined ? parameters : { ...parameters, query: text }, caller);
      return mapValue(found, (document) => ({
        request: documents ? putTextInSearch(search, query, document) : search,
        document,
      }));
    },
  };
}

/** Without `auth`, the mode counts: every caller has every scope then, and it would refuse nothing. */
function maySendText(caller: Caller): boolean {
  return caller !== anonymousCaller && caller.scopes.has('introspect');
}

function hasText({ query }: GraphqlParameters): boolean {
  return query !== undefined && query !== null && query !== '';
}

interface DocumentReference {
  readonly id: string;
  /** `documentId` of GraphQL over HTTP, or the hash of Apollo's persisted queries. */
  readonly form: 'id' | 'hash';
}

function readReference({ documentId, extensions }: GraphqlParameters): DocumentReference | null {
  if (documentId !== undefined && documentId !== null) {
    if (typeof documentId === 'string' && documentId !== '') return { id: documentId, form: 'id' };
    throw new HttpError(400, 'BAD_REQUEST', 'documentId must be a text that is not empty.');
  }
  const persistedQuery = isObject(extensions) ? extensions.persistedQuery : undefined;
  if (persistedQuery === undefined || persistedQuery === null) return null;
  if (isObject(persistedQuery) && persistedQuery.version === 1 && typeof persistedQuery.sha256Hash === 'string')
    return { id: persistedQuery.sha256Hash, form: 'hash' };
  throw new HttpError(400, 'BAD_REQUEST', 'extensions.persistedQuery must be { "version": 1, "sha256Hash": "…" }.');
}

/** Malformed JSON counts as none: Apollo Server reports it. */
function parseExtensions(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return null;
  }
}

function putText(parameters: GraphqlParameters, document: TrustedDocument | null): GraphqlParameters {
  const { documentId: _id, ...rest } = parameters;
  const { extensions } = parameters;
  if (document) {
    // Not `extensions: undefined`, which Apollo Server rejects.
    return { ...rest, ...(extensions !== undefined && { extensions: withoutHash(extensions) }), query: document.text };
  }
  // A text beside a hash registers nothing; Apollo Server would reject the hash.
  return hasText(parameters) && isObject(extensions) && 'persistedQuery' in extensions
    ? { ...parameters, extensions: withoutHash(extensions) }
    : parameters;
}

function withoutHash(extensions: unknown): unknown {
  if (!isObject(extensions)) return extensions;
  const { persistedQuery: _hash, ...rest } = extensions;
  return rest;
}

function putTextInSearch(search: string, query: URLSearchParams, document: TrustedDocument | null): string {
  const extensions = parseExtensions(query.get('extensions'));
  const hasHash = isObject(extensions) && 'persistedQuery' in extensions;
  if (!document && !(hasHash && query.has('query'))) return search;
  const changed = new URLSearchParams(query);
  if (hasHash) changed.set('extensions', JSON.stringify(withoutHash(extensions)));
  if (document) {
    changed.delete('documentId');
    changed.set('query', document.text);
  }
  return `?${changed.toString()}`;
}

function isObject(value: unknown): value is GraphqlParameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function freeTextError(): HttpError {
  return new HttpError(
    403,
    'FORBIDDEN',
    'This gateway runs trusted documents only: send the documentId of one instead of a query, or use a key with the scope "introspect".',
  );
}

function unknownIdError(isConfigured: boolean): HttpError {
  const message = isConfigured
    ? 'No trusted document has this documentId.'
    : 'This gateway has no trusted documents; send a query.';
  return new HttpError(400, 'TRUSTED_DOCUMENT_NOT_FOUND', message);
}

/** Clients of Apollo's protocol look for this message as well as the code, in an answer with status 200, and then send the text. */
function unknownHashError(): HttpError {
  return new HttpError(200, 'PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
}

function ignore(): void {
  // Nothing is counted.
}
