import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { Caller } from '../request/caller.ts';
import { EXPLAIN_HEADER, readExplain } from '../request/explain.ts';
import { openRequest, type RequestScope } from '../request/request.ts';
import { readJsonBody } from './body.ts';
import { createCallerLimits } from './caller-limits.ts';
import type { Exchange } from './exchange.ts';
import { operationLabel } from './operation-name.ts';
import { Refusal } from './refusal.ts';
import { send } from './respond.ts';

/** Runs a GraphQL request: Apollo Server's `executeHTTPGraphQLRequest`, with a context around the scope. */
export type ExecuteGraphql = (request: HTTPGraphQLRequest, scope: RequestScope) => Promise<HTTPGraphQLResponse>;

export interface GraphqlParts {
  readonly graphql: ExecuteGraphql;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Answers /graphql for a caller who is known. */
export function createGraphqlRoute({ graphql, limits, clock }: GraphqlParts) {
  const enter = createCallerLimits(limits, clock);

  async function execute({ request, response, search, requestId, disconnected, log }: Exchange, caller: Caller) {
    const explain = readExplain(headerOf(request, EXPLAIN_HEADER));
    if (explain === undefined) {
      throw new Refusal(400, 'BAD_USER_INPUT', 'Switchboard-Explain must be "plan" or "trace"');
    }
    const method = request.method ?? 'GET';
    const body = method === 'POST' ? await readJsonBody(request, limits.bodyBytes) : null;
    const operation = operationLabel(operationNameIn(body) ?? new URLSearchParams(search).get('operationName'));
    if (operation !== undefined) log.operation = operation;

    const scope = openRequest({ caller, requestId, explain, disconnected, clock, limits });
    try {
      const answer = await graphql({ method, headers: headersFor(request), search, body }, scope);
      if (answer.body.kind !== 'complete') throw new Error('the schema has nothing that is delivered in parts');
      send(response, answer.status ?? 200, Object.fromEntries(answer.headers), answer.body.string);
    } finally {
      scope.close();
      log.vendorCalls = scope.ledger.vendorCalls();
    }
  }

  return async (exchange: Exchange, caller: Caller): Promise<void> => {
    const leave = enter(caller.name);
    try {
      await execute(exchange, caller);
    } finally {
      leave();
    }
  };
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Apollo's form of the headers, without those that prove who asks: nothing behind this point needs them. */
function headersFor(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of Object.keys(request.headers)) {
    const value = headerOf(request, name);
    if (value !== undefined && name !== 'authorization' && name !== 'cookie') headers.set(name, value);
  }
  return headers;
}

function operationNameIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'operationName' in body ? body.operationName : null;
}
