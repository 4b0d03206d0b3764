import type { Caller } from '../request/caller.ts';
import type { LiveTransport } from './ports.ts';

/** An event of a live query, the same object for all its subscribers. */
export interface LiveEvent {
  /** The execution result as JSON, on one line. */
  readonly json: string;
  /** Whether a later event may take its place before it is sent. An event that reports a change has no substitute. */
  readonly isReplaceable: boolean;
  /** Whether it says why the operation was rejected, and ends the subscription. */
  readonly isRejected?: boolean;
}

/**
 * Why a stream ends. `unauthenticated`: the caller's key or token is no longer valid; `restart`: the caller has other permissions now, and
 * may subscribe again.
 */
export type StreamEnd = 'complete' | 'unauthenticated' | 'restart' | 'shutdown';

/** The receiving end of one subscription: a connection, or one of several on a WebSocket. */
export interface Subscriber {
  readonly caller: Caller;
  /** Subscriptions of equal keys count together against the limit of one caller. */
  readonly limitKey: string;
  readonly transport: LiveTransport;
  /** The subscription is accepted; events follow. */
  readonly onAccepted: () => void;
  readonly onEvent: (event: LiveEvent) => void;
  /** No event follows. */
  readonly onEnd: (end: StreamEnd) => void;
}
