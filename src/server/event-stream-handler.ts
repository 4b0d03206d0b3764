import { OperationTypeNode } from 'graphql';
import type { Clock } from '../domain/clock.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import { describeOperation } from '../graphql/operation-span.ts';
import type { LiveQueries } from '../live/live-queries.ts';
import type { LiveMetrics } from '../live/ports.ts';
import type { StreamEnd } from '../live/subscriber.ts';
import type { DocumentResolver, ResolvedRequest } from './document-request.ts';
import { createEventStream, createFrames, type EventStream } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import type { GraphqlAnswer } from './graphql-answer.ts';
import { findOperationLabel, type GraphqlRequest } from './graphql-request.ts';
import { toLimitKey } from './limit-key.ts';
import type { ToLiveOperation } from './live-operations.ts';
import { STREAM_END_ERRORS, toHttpError } from './live-refusals.ts';
import { findOperationType, readOperationParams } from './operation-params.ts';

/** Answers a request that accepts a stream of events; resolves to false for one that does not want a stream. */
export type StreamHandler = (
  exchange: Exchange,
  request: GraphqlRequest,
  answer: (exchange: Exchange, request: GraphqlRequest) => Promise<GraphqlAnswer>,
  /** Ends the concurrency of the caller that the request counts for; each execution of a subscription counts by itself. */
  release: () => void,
) => MaybePromise<boolean>;

export interface StreamHandlerOptions {
  readonly queries: LiveQueries;
  readonly toOperation: ToLiveOperation;
  readonly metrics: Pick<LiveMetrics, 'liveEvent'>;
  readonly clock: Clock;
  readonly maxTokens: number;
  readonly documents: DocumentResolver;
  /** The same without counting: a request that is answered in JSON is resolved, and counted, once more. */
  readonly uncountedDocuments: DocumentResolver;
}

/**
 * Creates the handler of GraphQL over SSE in distinct connections mode
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md). What HTTP rejects has its usual status; what
 * GraphQL rejects is an event, since browsers cannot read the body of a stream that is refused.
 */
export function createStreamHandler(options: StreamHandlerOptions): StreamHandler {
  const { queries, toOperation, metrics, clock, maxTokens, documents, uncountedDocuments } = options;
  const streamOptions = { clock, toFrame: createFrames(), onEvent: metrics.liveEvent };

  async function sendOnce(exchange: Exchange, answering: Promise<GraphqlAnswer>): Promise<void> {
    const { body } = await answering;
    const stream = createEventStream(exchange, streamOptions);
    stream.open();
    stream.send({ json: body.bytes.toString().trimEnd(), isReplaceable: false });
    stream.end();
  }

  async function subscribe(
    exchange: Exchange,
    { caller, explain }: GraphqlRequest,
    { request: params, document }: ResolvedRequest<unknown>,
  ): Promise<void> {
    const { requestId, clientAddress, log, span } = exchange;
    const operation = findOperationLabel(params, '', document);
    if (operation !== undefined) log.operation = operation;
    if (span) describeOperation(span, OperationTypeNode.SUBSCRIPTION, operation);
    const stream = createEventStream(exchange, streamOptions);
    try {
      const { started, leave } = queries.subscribe(
        toOperation({ caller, requestId, explain, params, operation, span }),
        {
          caller,
          limitKey: toLimitKey(caller, clientAddress),
          transport: 'sse',
          onAccepted: stream.open,
          onEvent: stream.send,
          onEnd: (end) => {
            endStream(stream, end);
          },
        },
      );
      exchange.onClose(leave);
      await started;
    } catch (error) {
      throw toHttpError(error);
    }
  }

  async function handle(...[exchange, request, answer, release]: Parameters<StreamHandler>): Promise<boolean> {
    const { accept = '', explain, caller } = request;
    const params = readOperationParams(request);
    const { request: parameters } = await uncountedDocuments.resolveParameters(params, caller);
    const isLive = findOperationType(parameters, maxTokens) === OperationTypeNode.SUBSCRIPTION;
    if (isLive && explain !== 'plan') {
      release();
      await subscribe(exchange, request, await documents.resolveParameters(params, caller));
      return true;
    }
    // Some clients name all media types that they know, in every request.
    if (accepts(accept, 'application/json') || accepts(accept, 'application/graphql-response+json')) return false;
    await sendOnce(exchange, answer(exchange, { ...request, accept: 'application/json' }));
    return true;
  }

  return (exchange, request, ...rest) =>
    accepts(request.accept ?? '', 'text/event-stream') ? handle(exchange, request, ...rest) : false;
}

function endStream(stream: EventStream, end: StreamEnd): void {
  stream.end(end === 'unauthenticated' ? STREAM_END_ERRORS.unauthenticated : undefined);
}

/** Whether the header names the media type itself: `*` is sent by clients that cannot read a stream. */
function accepts(header: string, mediaType: string): boolean {
  return header.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === mediaType && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
