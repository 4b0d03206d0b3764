import type { HeaderMap, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { createEventLoopYielder, runShort } from '../domain/event-loop-yielder.ts';
import { encodeInSteps } from '../domain/json-in-steps.ts';
import type { SourceReport } from '../domain/source.ts';
import type { Tracer, TraceSpan } from '../domain/trace-span.ts';
import type { CacheConditions } from '../http/types.ts';
import type { Caller } from '../request/caller.ts';
import type { Explain } from '../request/explain.ts';
import { createRequestContext, type RequestContext } from '../request/request-context.ts';
import type { StreamContext } from '../request/stream-context.ts';
import type { ExecutedResponse, OnEntriesRead } from './response-cache/response-cache.ts';

/** Executes a GraphQL request: Apollo Server's `executeHTTPGraphQLRequest` with a query context around the request context. */
export type ExecuteGraphql = (request: HTTPGraphQLRequest, context: RequestContext) => Promise<HTTPGraphQLResponse>;

export interface GraphqlExecutionOptions {
  readonly graphql: ExecuteGraphql;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

/** What is executed, and for whom. */
export interface GraphqlCall {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  /** The monotonic time in milliseconds from which its deadline counts. */
  readonly startedAtMs: number;
  /** Which cached values are accepted; absent: all that are fresh. */
  readonly accepts?: CacheConditions | undefined;
  /** Whether no caller waits for the response. */
  readonly isBackground?: boolean;
  readonly method: string;
  readonly headers: HeaderMap;
  readonly search: string;
  /** Parsed JSON. */
  readonly body: unknown;
  /** The operation's name for the log. */
  readonly operation: string | undefined;
  readonly stream?: StreamContext;
  readonly span?: TraceSpan | undefined;
  /** Receives the vendor calls that were made, by account, whatever the outcome. */
  readonly onCalls?: (calls: Readonly<Record<string, number>>) => void;
  /** Receives the report of every source that the response has data of, or lacks. */
  readonly onReport?: ((report: SourceReport) => void) | undefined;
}

/** Executes a call, and says how long and for whom its response is valid. */
export type ExecuteCall = (
  call: GraphqlCall,
  disconnectSignal: AbortSignal,
  onEntriesRead?: OnEntriesRead,
) => Promise<ExecutedResponse>;

export function createGraphqlExecution({ graphql, limits, clock }: GraphqlExecutionOptions): ExecuteCall {
  const yielder = createEventLoopYielder(clock);
  return async (call, disconnectSignal, onEntriesRead) => {
    const { method, headers, search, body, operation } = call;
    const context = createRequestContext({ ...call, disconnectSignal, onEntriesRead, clock, limits });
    try {
      const result = await graphql({ method, headers, search, body }, context);
      if (result.body.kind !== 'complete') throw new Error('incremental delivery is not supported by this schema');
      return {
        status: result.status ?? 200,
        headers: Object.fromEntries(result.headers),
        bytes: await runShort(encodeInSteps(result.body.string), yielder),
        operation,
        // A request that waited for this one has more time left.
        reuse: context.signal.aborted ? 'none' : context.reuse.get(),
        expiresAt: context.cachePolicy.expiresAt(),
        hasCalledVendors: context.calls.records.some(({ servedFrom }) => servedFrom === 'VENDOR'),
      };
    } finally {
      context.close();
      call.onCalls?.(context.calls.vendorCalls());
    }
  };
}
