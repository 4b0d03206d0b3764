import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { Caller } from '../request/caller.ts';
import { EXPLAIN_HEADER, parseExplainHeader } from '../request/explain.ts';
import { createRequestContext, type RequestContext } from '../request/request-context.ts';
import { createCallerLimits } from './caller-limits.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { readJsonBody } from './request-body.ts';
import { sendAnswer, whenClosed } from './respond.ts';

/** Executes a GraphQL request: Apollo Server's `executeHTTPGraphQLRequest` with a query context around the request context. */
export type ExecuteGraphql = (request: HTTPGraphQLRequest, context: RequestContext) => Promise<HTTPGraphQLResponse>;

export interface GraphqlHandlerOptions {
  readonly graphql: ExecuteGraphql;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Creates the handler of /graphql, which runs after the caller is authenticated. */
export function createGraphqlHandler({ graphql, limits, clock }: GraphqlHandlerOptions) {
  const acquire = createCallerLimits(limits, clock);

  async function execute(exchange: Exchange, caller: Caller) {
    const { request, search, requestId, disconnected: disconnectSignal, log } = exchange;
    const explain = parseExplainHeader(findHeader(request, EXPLAIN_HEADER));
    if (explain === undefined) {
      throw new HttpError(400, 'BAD_USER_INPUT', 'Switchboard-Explain must be "plan" or "trace".');
    }
    const method = request.method ?? 'GET';
    if (method === 'GET') assertPreflighted(request);
    const body = method === 'POST' ? await readJsonBody(request, limits.bodyBytes) : null;
    const operation = toOperationLabel(findOperationName(body) ?? new URLSearchParams(search).get('operationName'));
    if (operation !== undefined) log.operation = operation;

    const context = createRequestContext({ caller, requestId, explain, disconnectSignal, clock, limits });
    try {
      const result = await graphql({ method, headers: toHeaderMap(request), search, body }, context);
      if (result.body.kind !== 'complete') throw new Error('incremental delivery is not supported by this schema');
      await sendAnswer(exchange, result.status ?? 200, Object.fromEntries(result.headers), result.body.string);
    } finally {
      context.close();
      log.vendorCalls = context.calls.vendorCalls();
    }
  }

  return async (exchange: Exchange, caller: Caller): Promise<void> => {
    const release = acquire(caller.name);
    try {
      await execute(exchange, caller);
    } finally {
      whenClosed(exchange.response, release);
    }
  };
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
function toHeaderMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  // `assertPreflighted` has decided; without the credentials Apollo Server's own check would reject the request.
  if (request.headers.authorization) headers.set('apollo-require-preflight', '1');
  for (const name of Object.keys(request.headers)) {
    const value = findHeader(request, name);
    if (value !== undefined && name !== 'authorization' && name !== 'cookie') headers.set(name, value);
  }
  return headers;
}

function findOperationName(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'operationName' in body ? body.operationName : null;
}

/** Returns an operation's name for the log: unchanged if it is a short GraphQL name, otherwise a digest; undefined without one. */
function toOperationLabel(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  if (/^[A-Za-z_]\w{0,63}$/.test(name)) return name;
  return `sha256:${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
