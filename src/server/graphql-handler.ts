import type { HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { createEventLoopYielder, runShort } from '../domain/event-loop-yielder.ts';
import { encodeInSteps } from '../domain/json-in-steps.ts';
import type { Caller } from '../request/caller.ts';
import { createRequestContext, type RequestContext } from '../request/request-context.ts';
import { createCallerLimits } from './caller-limits.ts';
import { createDocumentResolver } from './document-request.ts';
import type { Exchange } from './exchange.ts';
import { findOperationLabel, type GraphqlRequest, readGraphqlRequest, toHeaderMap } from './graphql-request.ts';
import type { AcquireSlot } from './load-shedding.ts';
import type { ServerMetrics } from './ports.ts';
import { parseJsonBody } from './request-body.ts';
import { sendAnswer } from './respond.ts';
import { cacheHeaders } from './response-cache/cache-headers.ts';
import { createEncodableBody } from './response-cache/encodable-body.ts';
import type { Execute, ExecutedResponse, ResponseCache } from './response-cache/response-cache.ts';
import { createResponseKeys } from './response-cache/response-key.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** Executes a GraphQL request: Apollo Server's `executeHTTPGraphQLRequest` with a query context around the request context. */
export type ExecuteGraphql = (request: HTTPGraphQLRequest, context: RequestContext) => Promise<HTTPGraphQLResponse>;

export interface GraphqlHandlerOptions {
  readonly graphql: ExecuteGraphql;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Absent: every request is executed. */
  readonly responses?: ResponseCache | undefined;
  /** Absent: no id is known, and every text is accepted. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
  readonly metrics: Pick<ServerMetrics, 'documentRequested'>;
}

/**
 * Creates the handler of /graphql, which runs after the caller is authenticated. A request whose response is ready takes no place
 * among the queries in flight: it costs less than a refusal.
 */
export function createGraphqlHandler(options: GraphqlHandlerOptions, acquireSlot: AcquireSlot) {
  const { graphql, limits, clock, responses } = options;
  const acquire = createCallerLimits(limits, clock);
  const toResponseKey = createResponseKeys();
  const yielder = createEventLoopYielder(clock);
  const resolver = createDocumentResolver(options.trustedDocuments, options.metrics.documentRequested);

  /** Only then is the text of a request known; its response is stored for the request as it was sent. */
  async function resolve({ caller, search, body }: GraphqlRequest) {
    if (body === null) {
      const { request, document } = await resolver.resolveSearch(search, caller);
      return { search: request, body: null, document };
    }
    const { request, document } = await resolver.resolveParameters(parseJsonBody(body), caller);
    return { search, body: request, document };
  }

  async function execute(
    exchange: Exchange,
    graphqlRequest: GraphqlRequest,
    ...[disconnectSignal, onEntriesRead]: Parameters<Execute>
  ): Promise<ExecutedResponse> {
    const { caller, method, explain } = graphqlRequest;
    const { request, requestId, log } = exchange;
    const { search, body, document } = await resolve(graphqlRequest);
    const operation = findOperationLabel(body, search) ?? document?.operationName ?? undefined;
    if (operation !== undefined) log.operation = operation;
    const { startedAtMs } = exchange;
    const contextOptions = { caller, requestId, explain, disconnectSignal, clock, limits, startedAtMs, onEntriesRead };
    const context = createRequestContext(contextOptions);
    try {
      const result = await graphql({ method, headers: toHeaderMap(request), search, body }, context);
      if (result.body.kind !== 'complete') throw new Error('incremental delivery is not supported by this schema');
      return {
        status: result.status ?? 200,
        headers: Object.fromEntries(result.headers),
        bytes: await runShort(encodeInSteps(result.body.string), yielder),
        operation,
        // A request that waited for this one has more time left.
        reuse: context.signal.aborted ? 'none' : context.reuse.get(),
        expiresAt: context.cachePolicy.expiresAt(),
      };
    } finally {
      context.close();
      log.vendorCalls = context.calls.vendorCalls();
    }
  }

  /** A client that does not read its response keeps its place: the response is in memory until it is out. */
  async function executeInSlot(
    exchange: Exchange,
    request: GraphqlRequest,
    ...[signal, onEntriesRead]: Parameters<Execute>
  ) {
    const releaseSlot = await acquireSlot(request.caller, signal);
    try {
      return await execute(exchange, request, signal, onEntriesRead);
    } finally {
      exchange.onClose(releaseSlot);
    }
  }

  async function respond(exchange: Exchange, request: GraphqlRequest): Promise<void> {
    const key = responses && request.explain === null ? toResponseKey(request) : null;
    if (!responses || key === null) {
      const { status, headers, bytes } = await executeInSlot(exchange, request, exchange.disconnected);
      await sendAnswer(exchange, status, headers, createEncodableBody(bytes));
      return;
    }
    const answer =
      responses.find(key) ??
      (await responses.execute(key, exchange.disconnected, (...args) => executeInSlot(exchange, request, ...args)));
    const { status, headers, body, operation } = answer.response;
    if (operation !== undefined) exchange.log.operation = operation;
    await sendAnswer(exchange, status, { ...headers, ...cacheHeaders(answer, clock.monotonicMs()) }, body);
  }

  return async (exchange: Exchange, caller: Caller): Promise<void> => {
    const release = acquire(caller.name);
    try {
      await respond(exchange, await readGraphqlRequest(exchange, caller, limits.bodyBytes));
    } finally {
      exchange.onClose(release);
    }
  };
}
