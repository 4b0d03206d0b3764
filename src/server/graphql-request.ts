import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { type Explain, EXPLAIN_HEADER, parseExplainHeader } from '../request/explain.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { readJsonBytes } from './request-body.ts';

/** A request of /graphql as it arrived; its body is complete, but not parsed. */
export interface GraphqlRequest {
  readonly caller: Caller;
  readonly method: string;
  readonly accept: string | undefined;
  readonly search: string;
  /** The body of a POST. */
  readonly body: Buffer | null;
  readonly explain: Explain | null;
  /** Whether the vendors are asked although the cache has what is asked for. */
  readonly bypassesCache: boolean;
}

/** Reads a request. Throws an `HttpError` for one that is refused before its query is looked at. */
export function readGraphqlRequest(
  { request, search }: Exchange,
  caller: Caller,
  maxBodyBytes: number,
): MaybePromise<GraphqlRequest> {
  const explain = parseExplainHeader(findHeader(request, EXPLAIN_HEADER));
  if (explain === undefined) {
    throw new HttpError(400, 'BAD_USER_INPUT', 'Switchboard-Explain must be "plan" or "trace".');
  }
  const { method = 'GET' } = request;
  const bypassesCache = mayBypassCache(request.headers['cache-control'], caller);
  if (method === 'GET') assertPreflighted(request);
  const { accept } = request.headers;
  if (method !== 'POST') return { caller, method, accept, search, body: null, explain, bypassesCache };
  return readJsonBytes(request, maxBodyBytes).then((body) => ({
    caller,
    method,
    accept,
    search,
    body,
    explain,
    bypassesCache,
  }));
}

const NO_CACHE = /(?:^|,)\s*no-cache\s*(?:,|$)/i;

/**
 * Of callers without the scope, and without `auth`, the header is ignored: browsers send it by themselves when a page is loaded again, or
 * while their developer tools are open.
 */
function mayBypassCache(cacheControl: string | undefined, caller: Caller): boolean {
  if (cacheControl === undefined || caller === anonymousCaller) return false;
  return caller.scopes.has('admin') && NO_CACHE.test(cacheControl);
}

function findHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Media types that a form, or a request without preflight, of another site can have. */
const SIMPLE_MEDIA_TYPES = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)?\s*(?:;|$)/i;

/** Authentication schemes whose credentials a browser adds by itself, also to the request of another site. */
const AMBIENT_SCHEMES = /^\s*(?:Basic|Digest|Negotiate|NTLM)\b/i;

/**
 * Rejects a GET that a page of another site could have sent without a preflight (CSRF). Apollo Server's own check does not
 * count `Authorization`, which typed clients send anyway; this one stands in front of it.
 */
function assertPreflighted({ headers }: IncomingMessage): void {
  const { authorization = '', 'content-type': contentType = '' } = headers;
  const hasHeader = headers['apollo-require-preflight'] ?? headers['x-apollo-operation-name'];
  const hasCredentials = authorization !== '' && !AMBIENT_SCHEMES.test(authorization);
  if (hasHeader || hasCredentials || !SIMPLE_MEDIA_TYPES.test(contentType.trim())) return;
  throw new HttpError(
    400,
    'BAD_REQUEST',
    'A GET needs one of the headers authorization, apollo-require-preflight or x-apollo-operation-name (any value), or use POST.',
  );
}

/** Converts the headers to Apollo's `HeaderMap`, without the credentials: no code after this point needs them. */
export function toHeaderMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  // `assertPreflighted` has decided; without the credentials Apollo Server's own check would reject the request.
  if (request.headers.authorization) headers.set('apollo-require-preflight', '1');
  for (const name of Object.keys(request.headers)) {
    const value = findHeader(request, name);
    if (value !== undefined && name !== 'authorization' && name !== 'cookie') headers.set(name, value);
  }
  return headers;
}

/** The operation's name for the log: that of the request, or else that of the only operation of its trusted document. */
export function findOperationLabel(
  body: unknown,
  search: string,
  document: { readonly operationName: string | null } | null,
): string | undefined {
  return toOperationLabel(body, search) ?? document?.operationName ?? undefined;
}

/** A name is unchanged if it is a short GraphQL name, otherwise a digest; undefined without one. */
function toOperationLabel(body: unknown, search: string): string | undefined {
  const name = findOperationName(body) ?? new URLSearchParams(search).get('operationName');
  if (typeof name !== 'string' || name === '') return undefined;
  if (/^[A-Za-z_]\w{0,63}$/.test(name)) return name;
  return `sha256:${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

function findOperationName(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'operationName' in body ? body.operationName : null;
}
