import type { StatusChange } from '../domain/status-change.ts';
import type { AgentFilter } from '../gather/agent-filter.ts';
import type { StatusesSince, StatusReading } from '../gather/recent-statuses.ts';
import type { Caller } from '../request/caller.ts';
import type { SubscribedField } from '../request/stream-context.ts';

/** How the events of a subscription are sent. */
export type LiveTransport = 'sse' | 'websocket';

/** What became of an event for one subscriber. `coalesced`: a later one took its place before it was sent. */
export type EventOutcome = 'sent' | 'coalesced';

/** The metrics of subscriptions. */
export interface LiveMetrics {
  /** Exports the open subscriptions by transport, whenever /metrics is read. */
  readonly watchSubscriptions: (count: (transport: LiveTransport) => number) => void;
  /** An operation was executed for an event, for all its subscribers together. */
  readonly liveRun: () => void;
  readonly liveEvent: (outcome: EventOutcome) => void;
}

/** What is known until when: asking again can bring something new from then on. */
export interface RunOutcome {
  /** In milliseconds of the monotonic clock; Infinity: nothing expires. */
  readonly validUntilMs: number;
  /** Whether it serves those who ask within this time; otherwise it depends on more than the cache. */
  readonly isShareable: boolean;
}

/** The answer of one execution of a subscription's operation. */
export interface LiveAnswer extends RunOutcome {
  /** The result as JSON, on one line. */
  readonly json: string;
  /** Whether it was rejected before its execution, as an invalid document is. */
  readonly isRejected: boolean;
  /** What is subscribed to; null where it is a query, or was rejected. */
  readonly field: SubscribedField | null;
}

export interface LiveExecution {
  readonly signal: AbortSignal;
  /** The change that the event reports; null: none is known yet. */
  readonly change: StatusChange | null;
}

/** Executes the operation of a subscription once. */
export type ExecuteLive = (caller: Caller, execution: LiveExecution) => Promise<LiveAnswer>;

/** What of the statuses is read for a change feed. */
export interface StatusQuery {
  readonly filter: AgentFilter;
  readonly since: StatusesSince;
}

export interface StatusReadings extends RunOutcome {
  readonly readings: readonly StatusReading[];
}

/** Reads the statuses of all agents that match. */
export type ReadStatuses = (caller: Caller, query: StatusQuery, signal: AbortSignal) => Promise<StatusReadings>;

/** A place among the requests in flight, for the one of several callers that is charged for it. */
export interface Turn {
  readonly caller: Caller;
  readonly release: () => void;
}

/** Waits for a turn. Rejects with a `TurnRefusedError` where none of the callers gets one. */
export type TakeTurn = (callers: readonly Caller[], signal: AbortSignal) => Promise<Turn>;
