import type { Limits } from '../config/settings.ts';
import { type Clock, toMonotonicMs } from '../domain/clock.ts';
import { runInSpan, type Tracer } from '../domain/trace-span.ts';
import type { StatusReading } from '../gather/recent-statuses.ts';
import type { ReadStatuses, StatusQuery } from '../live/ports.ts';
import { createRequestContext, type RequestContext } from '../request/request-context.ts';

/** Reads statuses with a query context around the request context. */
export type ReadStatusesFor = (request: RequestContext, query: StatusQuery) => Promise<readonly StatusReading[]>;

export interface StatusReaderOptions {
  readonly readStatuses: ReadStatusesFor;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

/** Creates the reader of statuses for subscriptions: each reading has the time and the limits of a request. */
export function createStatusReader({ readStatuses, limits, clock, tracer }: StatusReaderOptions): ReadStatuses {
  return async (caller, query, disconnectSignal) => {
    const span = tracer?.startRoot('status changes', 'internal');
    const context = createRequestContext({
      span,
      caller,
      requestId: 'status changes',
      explain: null,
      disconnectSignal,
      clock,
      limits,
      stream: { change: null, onSubscription: () => undefined },
    });
    try {
      const read = () => readStatuses(context, query);
      const readings = await (span ? runInSpan(span, read) : read());
      const expiresAt = context.cachePolicy.expiresAt();
      const validUntilMs = toMonotonicMs(expiresAt, clock);
      return { readings, validUntilMs, isShareable: true };
    } finally {
      context.close();
    }
  };
}
