import type { Instant } from '../domain/clock.ts';
import type { ServedFrom } from '../domain/source.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { FairnessKey } from './fair-semaphore.ts';

/** A vendor call made, or a cached answer used instead of one, as told to whoever asked. */
export interface CallRecord {
  /** The account's name. */
  readonly account: string;
  /** The last part of the endpoint's path. */
  readonly endpoint: string;
  /** `OK` or a vendor error's code. */
  readonly outcome: string;
  readonly servedFrom: ServedFrom;
  /** From request to the last byte; 0 from the cache. */
  readonly ms: number;
  /** Bytes of the body as they came over the wire; 0 from the cache. */
  readonly bytes: number;
  /** How many things were asked for at once, such as agents in a batch. */
  readonly keys: number;
}

/** What every call carries along: for whom it is, how long it may go on, and whom to tell of it. */
export interface CallContext {
  /** In whose turn the call waits where others wait, too; absent for what nobody in particular has asked for. */
  readonly fairnessKey?: FairnessKey;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly record: (call: CallRecord) => void;
  /** Told until when what it was given may be kept: an instant that is no longer to come for what may not. */
  readonly restrictCache: (expiresAt: Instant) => void;
}

/** A request to a vendor, as the vendor's client words it. */
export interface VendorRequest {
  /** The last part of the endpoint's path: for reports, metrics and logs. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The headers that prove who asks, made afresh for every attempt. */
  readonly authorize?: (
    context: CallContext,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** How many things are asked for at once; 1 when absent. */
  readonly keys?: number;
  /** Whether it does no harm to send it twice. Absent: a GET may be, a POST not. */
  readonly idempotent?: boolean;
  /**
   * The longest body that a good answer is taken with, decoded and coded; absent, or more than the account's own limit: that
   * limit. A longer one is VENDOR_BAD_RESPONSE (`too_large`). What is streamed is its reader's to bound.
   */
  readonly maxBytes?: number;
  /**
   * What a reply amounts to where the vendor does not tell by the status; null for a good one; undefined where the status
   * tells. What is streamed is good by its status; only a refusal is shown.
   */
  readonly classifyResponse?: (response: VendorResponse) => VendorError | null | undefined;
}

/** A whole answer, whatever its status. */
export interface VendorResponse {
  readonly request: VendorRequest;
  readonly status: number;
  /** Lower-case names. After a refusal for calling too often `retry-after` is there, whether the vendor sent it or not. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Decoded, and no longer than the limit; an error's is empty where it is cut, garbled or longer than its words could be. */
  readonly body: Buffer;
}

/** An answer whose body is read as it comes: raw bytes, no content coding undone. */
export interface VendorStream {
  readonly request: VendorRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Ends with a VendorError where the connection is cut or the deadline passes. Must be read to the end or destroyed. */
  readonly body: AsyncIterable<Buffer>;
}

/**
 * HTTP to one vendor account: one deadline an attempt, no redirects, bounded bodies, limits kept, failures that may pass tried
 * again, failing endpoints spared, every attempt accounted for.
 */
export interface VendorHttp {
  /** The whole answer, of whatever status; a VendorError when there is none. */
  send(request: VendorRequest, context: CallContext): Promise<VendorResponse>;
  /** Hands a 2xx answer's body to `read` as it comes; a VendorError for any other status. */
  stream<T>(request: VendorRequest, context: CallContext, read: (stream: VendorStream) => Promise<T>): Promise<T>;
}
