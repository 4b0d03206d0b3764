import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { Caller } from '../request/caller.ts';
import { EXPLAIN_HEADER, parseExplainHeader } from '../request/explain.ts';
import { createRequestContext, type RequestContext } from '../request/request-context.ts';
import { readJsonBody } from './request-body.ts';
import { createCallerLimits } from './caller-limits.ts';
import type { Exchange } from './exchange.ts';
import { toOperationLabel } from './operation-label.ts';
import { HttpError } from './http-error.ts';
import { send } from './respond.ts';

/** Runs a GraphQL request: Apollo Server's `executeHTTPGraphQLRequest`, with a context around the scope. */
export type ExecuteGraphql = (request: HTTPGraphQLRequest, context: RequestContext) => Promise<HTTPGraphQLResponse>;

export interface GraphqlHandlerOptions {
  readonly graphql: ExecuteGraphql;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Answers /graphql for a caller who is known. */
export function createGraphqlHandler({ graphql, limits, clock }: GraphqlHandlerOptions) {
  const acquire = createCallerLimits(limits, clock);

  async function execute(
    { request, response, search, requestId, disconnected: disconnectSignal, log }: Exchange,
    caller: Caller,
  ) {
    const explain = parseExplainHeader(findHeader(request, EXPLAIN_HEADER));
    if (explain === undefined) {
      throw new HttpError(400, 'BAD_USER_INPUT', 'Switchboard-Explain must be "plan" or "trace"');
    }
    const method = request.method ?? 'GET';
    const body = method === 'POST' ? await readJsonBody(request, limits.bodyBytes) : null;
    const operation = toOperationLabel(findOperationName(body) ?? new URLSearchParams(search).get('operationName'));
    if (operation !== undefined) log.operation = operation;

    const context = createRequestContext({ caller, requestId, explain, disconnectSignal, clock, limits });
    try {
      const result = await graphql({ method, headers: toHeaderMap(request), search, body }, context);
      if (result.body.kind !== 'complete') throw new Error('the schema has nothing that is delivered in parts');
      send(response, result.status ?? 200, Object.fromEntries(result.headers), result.body.string);
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
      release();
    }
  };
}

function findHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Apollo's form of the headers, without those that prove who asks: nothing behind this point needs them. */
function toHeaderMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of Object.keys(request.headers)) {
    const value = findHeader(request, name);
    if (value !== undefined && name !== 'authorization' && name !== 'cookie') headers.set(name, value);
  }
  return headers;
}

function findOperationName(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'operationName' in body ? body.operationName : null;
}
