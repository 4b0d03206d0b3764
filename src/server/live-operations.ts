import { HeaderMap } from '@apollo/server';
import { type Clock, toMonotonicMs } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { runInSpan, type Tracer, type TraceSpan } from '../domain/trace-span.ts';
import { TurnRefusedError } from '../live/live-errors.ts';
import type { LiveOperation } from '../live/live-queries.ts';
import type { LiveAnswer, TakeTurn } from '../live/ports.ts';
import type { Caller } from '../request/caller.ts';
import type { Explain } from '../request/explain.ts';
import type { SubscribedField } from '../request/stream-context.ts';
import type { AcquireCaller } from './caller-limits.ts';
import type { ExecuteCall } from './graphql-execution.ts';
import { HttpError } from './http-error.ts';
import type { AcquireSlot } from './load-shedding.ts';
import type { OperationParams } from './operation-params.ts';
import { createCallerViews } from './response-cache/response-key.ts';

/** A subscription as a client asks for it. */
export interface LiveRequest {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  /** With the text of the document. */
  readonly params: unknown;
  /** The operation's name for the log. */
  readonly operation: string | undefined;
  /** That of the request that asks for it, which its executions point to. */
  readonly span?: TraceSpan | undefined;
}

export type ToLiveOperation = (request: LiveRequest) => LiveOperation;

/** Creates a function that makes operations that run through the same steps as a POST. */
export function createLiveOperations(executeCall: ExecuteCall, clock: Clock, tracer?: Tracer): ToLiveOperation {
  const viewOf = createCallerViews();
  return ({ caller, requestId, explain, params, operation, span: link }) => {
    const { query, operationName, variables, extensions } = params as OperationParams;
    const view = viewOf(caller);
    const parts = Object.entries({ query, operationName, variables, extensions });
    // As if it had been parsed: Apollo Server rejects parts that are undefined.
    const body = Object.fromEntries(parts.filter(([, value]) => value !== undefined));
    return {
      key: JSON.stringify([view, explain, query, operationName, variables, extensions]),
      view,
      execute: async (charged, { signal, change }) => {
        let field: SubscribedField | null = null;
        const stream = {
          change,
          onSubscription: (subscribed: SubscribedField) => {
            field = subscribed;
          },
        };
        // A trace of its own: it serves all subscribers, and goes on when the first has left.
        const span = tracer?.startRoot('GraphQL Operation', 'internal', { link });
        const call = {
          caller: charged,
          requestId,
          explain,
          method: 'POST',
          headers: jsonHeaders(),
          search: '',
          body,
          operation,
          stream,
          span,
          startedAtMs: clock.monotonicMs(),
        };
        const run = () => executeCall(call, signal);
        const response = await (span ? runInSpan(span, run) : run());
        const { status, bytes, reuse, expiresAt } = response;
        const validUntilMs = toMonotonicMs(expiresAt, clock);
        return {
          json: bytes.toString().trimEnd(),
          isRejected: status !== 200,
          field,
          validUntilMs,
          isShareable: reuse !== 'none',
        } satisfies LiveAnswer;
      },
    };
  };
}

function jsonHeaders(): HeaderMap {
  const headers = new HeaderMap();
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/json');
  return headers;
}

/** Charges the first caller that is within its limits, and takes a place among the queries in flight for it. */
export function createTurns(acquireCaller: AcquireCaller, acquireSlot: AcquireSlot): TakeTurn {
  return async (callers, signal) => {
    let refusal: unknown;
    for (const caller of new Map(callers.map((each) => [each.name, each])).values()) {
      try {
        const releaseCaller = acquireCaller(caller.name);
        const slot = await acquireSlot(caller, signal).catch((error: unknown) => {
          releaseCaller();
          throw error;
        });
        return {
          caller,
          release: () => {
            slot.release();
            releaseCaller();
          },
        };
      } catch (error) {
        refusal = error;
      }
    }
    throw toTurnRefused(refusal);
  };
}

function toTurnRefused(refusal: unknown): unknown {
  if (!(refusal instanceof HttpError)) return refusal ?? new Error('no caller asks for a turn');
  return new TurnRefusedError(Number(refusal.headers['retry-after'] ?? 1) * SECOND, refusal);
}
