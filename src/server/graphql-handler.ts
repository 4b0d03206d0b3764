import type { Clock } from '../domain/clock.ts';
import type { Caller } from '../request/caller.ts';
import type { AcquireCaller } from './caller-limits.ts';
import type { DocumentResolver } from './document-request.ts';
import type { StreamHandler } from './event-stream-handler.ts';
import type { Exchange } from './exchange.ts';
import type { GraphqlAnswer } from './graphql-answer.ts';
import type { ExecuteCall } from './graphql-execution.ts';
import { findOperationLabel, type GraphqlRequest, readGraphqlRequest, toHeaderMap } from './graphql-request.ts';
import type { AcquireSlot } from './load-shedding.ts';
import { parseJsonBody } from './request-body.ts';
import { describeAnswer } from './request-span.ts';
import { sendAnswer } from './respond.ts';
import { cacheHeaders } from './response-cache/cache-headers.ts';
import { createEncodableBody } from './response-cache/encodable-body.ts';
import type { ExecutedResponse, OnEntriesRead, ResponseCache } from './response-cache/response-cache.ts';
import { createResponseKeys } from './response-cache/response-key.ts';

export interface GraphqlHandlerOptions {
  readonly execute: ExecuteCall;
  readonly acquireCaller: AcquireCaller;
  readonly acquireSlot: AcquireSlot;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  /** Absent: every request is executed. */
  readonly responses?: ResponseCache | undefined;
  readonly documents: DocumentResolver;
  /** Answers the requests that accept a stream of events. */
  readonly handleStream: StreamHandler;
}

/**
 * Creates the handler of /graphql, which runs after the caller is authenticated. A request whose response is ready takes no place
 * among the queries in flight: it costs less than a refusal.
 */
export function createGraphqlHandler(options: GraphqlHandlerOptions) {
  const { execute, acquireCaller, acquireSlot, clock, maxBodyBytes, responses, documents, handleStream } = options;
  const toResponseKey = createResponseKeys();

  /** Only then is the text of a request known; its response is stored for the request as it was sent. */
  async function resolve({ caller, search, body }: GraphqlRequest) {
    if (body === null) {
      const { request, document } = await documents.resolveSearch(search, caller);
      return { search: request, body: null, document };
    }
    const { request, document } = await documents.resolveParameters(parseJsonBody(body), caller);
    return { search, body: request, document };
  }

  async function executeRequest(
    exchange: Exchange,
    graphqlRequest: GraphqlRequest,
    disconnected: AbortSignal,
    onEntriesRead?: OnEntriesRead,
  ): Promise<ExecutedResponse> {
    const { caller, method, accept, explain, bypassesCache } = graphqlRequest;
    const { request, requestId, log, startedAtMs, span } = exchange;
    const { search, body, document } = await resolve(graphqlRequest);
    const operation = findOperationLabel(body, search, document);
    if (operation !== undefined) log.operation = operation;
    const headers = toHeaderMap(request);
    if (accept !== undefined) headers.set('accept', accept);
    const call = {
      caller,
      requestId,
      explain,
      startedAtMs,
      accepts: bypassesCache ? { notBeforeMs: startedAtMs } : undefined,
      method,
      headers,
      search,
      body,
      operation,
      onCalls: (calls: Readonly<Record<string, number>>): void => {
        log.vendorCalls = calls;
      },
      span,
    };
    return execute(call, disconnected, onEntriesRead);
  }

  /** A client that does not read its response keeps its place: the response is in memory until it is out. */
  async function executeInSlot(
    exchange: Exchange,
    request: GraphqlRequest,
    disconnected: AbortSignal,
    onEntriesRead?: OnEntriesRead,
  ) {
    const slot = await acquireSlot(request.caller, disconnected);
    try {
      return await executeRequest(exchange, request, disconnected, onEntriesRead);
    } finally {
      slot.executed();
      exchange.onClose(slot.release);
    }
  }

  async function answer(exchange: Exchange, request: GraphqlRequest): Promise<GraphqlAnswer> {
    const key = responses && request.explain === null && !request.bypassesCache ? toResponseKey(request) : null;
    if (!responses || key === null) {
      const { bytes, ...rest } = await executeInSlot(exchange, request, exchange.disconnected);
      return { ...rest, body: createEncodableBody(bytes) };
    }
    const shared =
      responses.find(key) ??
      (await responses.execute(key, exchange.disconnected, (disconnected, onEntriesRead) =>
        executeInSlot(exchange, request, disconnected, onEntriesRead),
      ));
    const { status, headers, body, operation } = shared.response;
    if (operation !== undefined) exchange.log.operation = operation;
    if (exchange.span) describeAnswer(exchange.span, shared);
    return { status, headers: { ...headers, ...cacheHeaders(shared, clock.monotonicMs()) }, body };
  }

  async function respond(exchange: Exchange, request: GraphqlRequest): Promise<void> {
    const { status, headers, body } = await answer(exchange, request);
    await sendAnswer(exchange, status, headers, body);
  }

  return async (exchange: Exchange, caller: Caller): Promise<void> => {
    const release = acquireCaller(caller.name);
    try {
      const request = await readGraphqlRequest(exchange, caller, maxBodyBytes);
      if (!(await handleStream(exchange, request, answer, release))) await respond(exchange, request);
    } finally {
      exchange.onClose(release);
    }
  };
}
