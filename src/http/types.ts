import type { Instant } from '../domain/clock.ts';
import type { ServedFrom } from '../domain/source.ts';
import type { TraceSpan } from '../domain/trace-span.ts';
import type { VendorError } from '../domain/vendor-error.ts';

/** A vendor call, or a cached response used instead of one, as reported in a trace. */
export interface CallRecord {
  /** The account's name. */
  readonly account: string;
  /** The last part of the endpoint's path. */
  readonly endpoint: string;
  /** `OK` or a vendor error's code. */
  readonly outcome: string;
  readonly servedFrom: ServedFrom;
  /** Time from the request to the last byte; 0 from the cache. */
  readonly ms: number;
  /** Bytes of the body on the wire; 0 from the cache. */
  readonly bytes: number;
  /** The number of items requested at once, such as agents in a batch. */
  readonly keys: number;
  /** Of a failed call: the error's reason and the response's status, where they are known. */
  readonly reason?: string;
  readonly status?: number;
}

/** The units that take equal turns: the caller, then one of the caller's queries. */
export type FairnessKey = readonly [caller: string, query: string];

/** Which of the waiting calls of one caller go first: those of live data before those of past ranges. */
export type CallPriority = 'live' | 'past';

/** Which cached values a request accepts, by the monotonic clock. */
export interface CacheConditions {
  /** A value that was requested earlier is not accepted. */
  readonly notBeforeMs?: number;
  /** A value whose TTL ends earlier is not accepted: it is renewed now, so that no later request waits for that. */
  readonly freshUntilMs?: number;
  /** But one that was requested since then is accepted: it is what the other has been renewed by. */
  readonly renewedSinceMs?: number;
}

/** Gets the error of a call that cannot wait, and the monotonic time in milliseconds before which none starts; absent: that is unknown. */
export type OnQuotaWait = (createError: () => VendorError, startsAfterMs?: number) => void;

/** What every call carries: its fairness key, its abort signal, and the callbacks that record it. */
export interface CallContext {
  /** Decides the turn of a queued call; absent for a call that belongs to no caller. */
  readonly fairnessKey?: FairnessKey;
  /** Absent: `live`. */
  readonly priority?: CallPriority;
  /**
   * Calls back once a reader of live data waits for the response of a call of a past range, at once where one does. Returns how
   * to unsubscribe.
   */
  readonly onUrgent?: ((callback: () => void) => () => void) | undefined;
  /** When what the call asks for was last asked for, whatever came of it; absent for never. It decides the turn of a queued call. */
  readonly lastAskedAt?: Instant | undefined;
  /** The monotonic time in milliseconds until which the call waits for the rate limit; absent: as long as it is wanted. */
  readonly waitUntilMs?: (() => number) | undefined;
  /** Called each time that the rate limit has no start for the call. */
  readonly onQuotaWait?: OnQuotaWait | undefined;
  /** Whether a value just past its TTL is waited for, instead of being served while it is revalidated. */
  readonly waitsForFresh?: boolean;
  /** Which cached values are accepted; absent: all that are fresh. */
  readonly accepts?: CacheConditions | undefined;
  /** Whether the calls are of the priority of past ranges, whatever they ask for. */
  readonly isBackground?: boolean | undefined;
  /** Aborted when the response is no longer needed. */
  readonly signal: AbortSignal;
  /** What the call is a step of; absent: it is not traced. */
  readonly span?: TraceSpan | undefined;
  /** `joinsEarlier`: the cached value is added to the record of earlier ones of its endpoint and outcome. */
  readonly record: (call: CallRecord, joinsEarlier?: boolean) => void;
  /** Called when a request to the vendor is sent, for every attempt: what a response says is true as of then. */
  readonly onSent?: () => void;
  /** Restricts the response's cache lifetime to the instant at which asking again can first bring something new. */
  readonly restrictCache: (nextChangeAt: Instant) => void;
  /** Called with the ids of the entries that a read of the cache has returned. */
  readonly onEntriesRead?: (ids: readonly string[]) => void;
  /** Called where the response is true only now: it depends on a failure, an entry past its TTL, or the time of the request. */
  readonly preventReuse?: () => void;
}

/** The parts of a URL that a request needs; a URL has them. */
export type VendorUrl = Pick<URL, 'origin' | 'protocol' | 'hostname' | 'port' | 'pathname' | 'search'>;

/** A request to a vendor, as its client builds it. */
export interface VendorRequest {
  /** The last part of the endpoint's path: for reports, metrics and logs. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST';
  readonly url: VendorUrl;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Returns the authentication headers; called for every attempt. */
  readonly authorize?: (
    context: CallContext,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** The number of items requested at once; 1 when absent. */
  readonly keys?: number;
  /** Whether it is safe to send twice. Absent: true for GET, false for POST. */
  readonly idempotent?: boolean;
  /**
   * Upper bound for a 2xx body, encoded and decoded; the account's own limit applies where this is absent or larger. A longer
   * body is VENDOR_BAD_RESPONSE (`too_large`). The reader of a stream sets its own bound.
   */
  readonly maxBytes?: number;
  /** Classifies an error response of a stream whose status is not conclusive: an error, or nothing to decide by status. */
  readonly classifyResponse?: (response: VendorResponse) => VendorError | null | undefined;
}

/** A complete response, whatever its status. */
export interface VendorResponse {
  readonly request: VendorRequest;
  readonly status: number;
  /** Lower-case names. A rate-limited response always has `retry-after`, whether the vendor sent it or not. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Decoded and within the limit. Of an error response it is empty where it is truncated, corrupt or too long to be text. */
  readonly body: Buffer;
}

/** A response whose body is read as it arrives: raw bytes, still content-encoded. */
export interface VendorStream {
  readonly request: VendorRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Throws a VendorError when the connection is lost or the deadline passes. Must be read to the end or destroyed. */
  readonly body: AsyncIterable<Buffer>;
}

/**
 * HTTP to one vendor account: a deadline per attempt, no redirects, bounded bodies, rate and concurrency limits, retries of
 * transient failures, circuit breakers, and a record of every attempt.
 */
export interface VendorHttp {
  /**
   * Returns what `parse` makes of the complete response, whatever its status. `parse` is part of the attempt: the VendorError
   * that it throws is the attempt's outcome, which is retried, counted and reported like any other failure.
   */
  read<T>(request: VendorRequest, context: CallContext, parse: (response: VendorResponse) => T): Promise<T>;
  /** Passes the body of a 2xx response to `read` as it arrives; rejects with a VendorError for any other status. */
  stream<T>(request: VendorRequest, context: CallContext, read: (stream: VendorStream) => Promise<T>): Promise<T>;
}
