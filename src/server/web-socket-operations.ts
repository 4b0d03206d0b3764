import { OperationTypeNode } from 'graphql';
import type { LiveQueries } from '../live/live-queries.ts';
import type { LiveMetrics, TakeTurn } from '../live/ports.ts';
import type { LiveEvent, StreamEnd } from '../live/subscriber.ts';
import type { Caller } from '../request/caller.ts';
import type { DocumentResolver } from './document-request.ts';
import { createEventQueue } from './event-queue.ts';
import { findOperationLabel } from './graphql-request.ts';
import { HttpError } from './http-error.ts';
import type { LiveRequest, ToLiveOperation } from './live-operations.ts';
import { toHttpError } from './live-refusals.ts';
import { findOperationType } from './operation-params.ts';
import type { ServerMetrics } from './ports.ts';
import type { OperationProgress, RunningOperation } from './transport-ws-connection.ts';
import { CLOSE_CODES, RECONFIGURED } from './transport-ws-messages.ts';

/** What an operation uses of its connection. */
export interface EventSocket {
  /** Sends a text in parts; returns whether the connection takes more now. */
  readonly sendParts: (head: string, rest: Buffer) => boolean;
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  readonly terminate: () => void;
  /** Calls back whenever the connection takes more; returns how to unsubscribe. */
  readonly onDrain: (callback: () => void) => () => void;
}

export interface OperationRunnerOptions {
  readonly queries: LiveQueries;
  readonly toOperation: ToLiveOperation;
  readonly takeTurn: TakeTurn;
  /** Whether the caller's credentials are still valid. */
  readonly isAuthorized: (caller: Caller) => boolean;
  readonly documents: DocumentResolver;
  readonly metrics: Pick<LiveMetrics, 'liveEvent'> & Pick<ServerMetrics, 'limitRejection'>;
  readonly maxTokens: number;
  readonly onUnexpectedError: (error: unknown, requestId: string) => void;
}

/** A `subscribe` message. */
export interface OperationMessage {
  readonly caller: Caller;
  readonly limitKey: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

export type StartOperation = (
  socket: EventSocket,
  message: OperationMessage,
  progress: OperationProgress,
) => RunningOperation;

/** Creates a function that runs the operations of WebSocket connections: subscriptions, and queries with one result. */
export function createOperationRunner(options: OperationRunnerOptions): StartOperation {
  const { queries, toOperation, takeTurn, documents, metrics, isAuthorized, maxTokens, onUnexpectedError } = options;
  const toRest = createMessageRests();

  return (socket, { caller, limitKey, id, payload, requestId }, progress) => {
    const abort = new AbortController();
    const queue = createEventQueue({
      write: (event) => socket.sendParts(`{"id":${JSON.stringify(id)},`, toRest(event)),
      onOutcome: metrics.liveEvent,
      onOverflow: socket.terminate,
    });
    const stopDraining = socket.onDrain(queue.drain);
    let isRejected = false;
    let leave: () => void = () => undefined;

    function finish(): void {
      stopDraining();
      progress.onDone();
    }
    function receive(event: LiveEvent): void {
      isRejected = event.isRejected === true;
      if (isRejected) sendErrors(readErrors(event.json));
      else queue.push(event);
    }
    function sendErrors(errors: unknown): void {
      socket.send(JSON.stringify({ id, type: 'error', payload: errors }));
    }
    function endStream(end: StreamEnd): void {
      if (end === 'unauthenticated') socket.close(CLOSE_CODES.unauthorized, 'Unauthorized');
      else if (end === 'restart') socket.close(CLOSE_CODES.serviceRestart, RECONFIGURED);
      // In a shutdown the connection is closed instead: after `complete`, clients would not subscribe again elsewhere.
      else if (end === 'complete' && !isRejected) socket.send(JSON.stringify({ id, type: 'complete' }));
      finish();
    }

    async function executeOnce(request: LiveRequest): Promise<void> {
      const { caller: charged, release } = await takeTurn([caller], abort.signal);
      try {
        const { json, isRejected: rejected } = await toOperation(request).execute(charged, {
          signal: abort.signal,
          change: null,
        });
        if (abort.signal.aborted) return;
        receive({ json, isReplaceable: false, isRejected: rejected });
        endStream('complete');
      } finally {
        release();
      }
    }

    async function run(): Promise<void> {
      if (!isAuthorized(caller)) {
        endStream('unauthenticated');
        return;
      }
      const { request: params, document } = await documents.resolveParameters(payload, caller);
      const operation = findOperationLabel(params, '', document);
      const request: LiveRequest = { caller, requestId, explain: null, params, operation };
      if (findOperationType(params, maxTokens) !== OperationTypeNode.SUBSCRIPTION) {
        await executeOnce(request);
        return;
      }
      if (abort.signal.aborted) return;
      progress.onSubscription();
      const subscriber = {
        caller,
        limitKey,
        transport: 'websocket',
        onAccepted: noop,
        onEvent: receive,
        onEnd: endStream,
      } as const;
      const subscription = queries.subscribe(toOperation(request), subscriber);
      leave = subscription.leave;
      await subscription.started;
    }

    run().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      const refusal = toHttpError(error);
      if (!(refusal instanceof HttpError)) onUnexpectedError(error, requestId);
      else if (refusal.limit) metrics.limitRejection(refusal.limit);
      sendErrors([toGraphqlError(refusal)]);
      finish();
    });
    return {
      end: () => {
        abort.abort();
        stopDraining();
        leave();
      },
    };
  };
}

/** The part of a message that all receivers of an event get, rendered once. */
function createMessageRests(): (event: LiveEvent) => Buffer {
  const rests = new WeakMap<LiveEvent, Buffer>();
  return (event) => {
    const rest = rests.get(event) ?? Buffer.from(`"type":"next","payload":${event.json}}`);
    rests.set(event, rest);
    return rest;
  };
}

function readErrors(json: string): unknown {
  return (JSON.parse(json) as { readonly errors?: unknown }).errors ?? [];
}

function toGraphqlError(error: unknown): object {
  if (!(error instanceof HttpError))
    return { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  const { message, code, headers } = error;
  const retryAfter = headers['retry-after'];
  const retry = retryAfter === undefined ? {} : { retryAfterSeconds: Number(retryAfter) };
  return { message, extensions: { code, ...retry } };
}

function noop(): void {
  // A connection has no headers of its own for a subscription.
}
