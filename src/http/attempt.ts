import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import type { TraceSpan } from '../domain/trace-span.ts';
import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { abortable } from './abort.ts';
import { endAttemptSpan } from './attempt-span.ts';
import { type AttemptStage, AttemptTimeoutError, toVendorError } from './classify-error.ts';
import { createDeadlineQueue } from './deadline-queue.ts';
import { DispatchedRequest, type ResponseHead } from './dispatched-request.ts';
import type { VendorHttpMetrics } from './ports.ts';
import { countBytes } from './response-body.ts';
import type { CallContext, CallRecord, VendorRequest } from './types.ts';

export interface AttemptOptions {
  /** The deadline of one attempt, from the request to the last byte. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** undici's connections, without its redirect, retry and decompress interceptors; see `createTransport`. */
  readonly dispatcher: Dispatcher;
  /** Whether an error is that of a kept connection, which the vendor closed; absent: never. */
  readonly isStaleConnection?: ((error: unknown) => boolean) | undefined;
  readonly metrics: VendorHttpMetrics;
}

/** How an attempt ended. */
export interface AttemptResult<T> {
  /** Returns what was made of the response; throws if there was nothing. */
  readonly value: () => T;
  /** The vendor's failure or rejection; null for success. */
  readonly error: VendorError | null;
}

/** A call to attempt. */
export interface AttemptedCall {
  readonly request: VendorRequest;
  /** All of them, the request's own included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly target: CallTarget;
  readonly context: CallContext;
  /** That of the attempt, which ends it. */
  readonly span?: TraceSpan | undefined;
}

/**
 * Makes something of a response, whose body may have failed after its status had arrived; throws or rejects with a VendorError when
 * that is impossible.
 */
export type ResponseReader<T> = (head: ResponseHead, body: Buffer | VendorError) => T | Promise<T>;
export type StreamReader<T> = (head: ResponseHead, body: AsyncIterable<Buffer>) => Promise<T>;

/** Sends a request once, passes the response to `read`, and records the call whatever its outcome. */
export interface Attempts {
  /** Reads the body completely before, unless it is longer than `maxBytesOf` allows by the status. */
  readonly complete: <T>(
    call: AttemptedCall,
    maxBytesOf: (statusCode: number) => number,
    read: ResponseReader<T>,
  ) => Promise<AttemptResult<T>>;
  readonly stream: <T>(call: AttemptedCall, read: StreamReader<T>) => Promise<AttemptResult<T>>;
}

export function createAttempts(options: AttemptOptions): Attempts {
  const { clock, dispatcher } = options;
  const addDeadline = createDeadlineQueue(clock, options.timeoutMs);

  /** Calls back once the caller has aborted or the deadline has passed, unless the returned function is called before. */
  function watch({ signal }: CallContext, onAbort: (reason: Error) => void): () => void {
    const onSignal = (): void => {
      onAbort(signal.reason as Error);
    };
    signal.addEventListener('abort', onSignal);
    const removeDeadline = addDeadline(() => {
      onAbort(new AttemptTimeoutError());
    });
    return () => {
      signal.removeEventListener('abort', onSignal);
      removeDeadline();
    };
  }

  /** After the caller's abort, every failure is a consequence of it. */
  function toError(error: unknown, { target, context }: AttemptedCall, stage: AttemptStage): VendorError {
    return toVendorError(error, target, context.signal.aborted ? 'waiting' : stage, options.isStaleConnection?.(error));
  }

  async function readCompletely<T>(
    dispatched: DispatchedRequest,
    call: AttemptedCall,
    read: ResponseReader<T>,
  ): Promise<T> {
    let body: Buffer | VendorError;
    try {
      body = await dispatched.body;
    } catch (error) {
      body = toError(error, call, dispatched.head ? 'body' : 'request');
      if (!dispatched.head) throw body;
    }
    if (!dispatched.head) throw new TypeError('a body without a status');
    return read(dispatched.head, body);
  }

  function record(
    { request, target, context, span }: AttemptedCall,
    startedMs: number,
    bytes: number,
    ended: Ended,
  ): void {
    const { account, endpoint } = target;
    const ms = clock.monotonicMs() - startedMs;
    const { outcome, error } = ended;
    const succeeded = { account, endpoint, outcome, servedFrom: 'VENDOR', ms, bytes, keys: request.keys ?? 1 } as const;
    const call: CallRecord = error ? { ...succeeded, ...toFailureFields(error) } : succeeded;
    context.record(call);
    options.metrics.vendorCall(span ? { ...call, traceId: span.traceId } : call);
  }

  /** Runs an attempt to its end, and records it. */
  async function run<T>(call: AttemptedCall, send: () => Sending<T>): Promise<AttemptResult<T>> {
    const startedMs = clock.monotonicMs();
    let sending: Sending<T> | null = null;
    let stopWatching: (() => void) | null = null;
    let ended = SUCCESS;
    try {
      const { signal, onSent } = call.context;
      if (signal.aborted) throw toError(signal.reason, call, 'waiting');
      onSent?.();
      sending = send();
      stopWatching = watch(call.context, sending.abort);
      const value = await sending.value();
      return { value: () => value, error: null };
    } catch (error) {
      ended = toEnded(error);
      return toFailedResult(error);
    } finally {
      stopWatching?.();
      record(call, startedMs, sending?.bytes() ?? 0, ended);
      if (call.span) endAttemptSpan(call.span, sending?.status() ?? null, ended);
    }
  }

  return {
    complete: (call, maxBytesOf, read) =>
      run(call, () => {
        const dispatched = new DispatchedRequest(dispatcher, toDispatchOptions(call), maxBytesOf);
        return {
          value: () => readCompletely(dispatched, call, read),
          abort: (reason) => {
            dispatched.abort(reason);
          },
          bytes: () => dispatched.bytes,
          status: () => dispatched.head?.statusCode ?? null,
        };
      }),
    stream: (call, read) => run(call, () => openStream(dispatcher, call, toError, read)),
  };
}

/** A request that was sent. */
interface Sending<T> {
  readonly value: () => Promise<T>;
  readonly abort: (reason: Error) => void;
  /** The bytes of the body that have arrived. */
  readonly bytes: () => number;
  /** The status of the response, once it has arrived. */
  readonly status: () => number | null;
}

function openStream<T>(
  dispatcher: Dispatcher,
  call: AttemptedCall,
  toError: (error: unknown, call: AttemptedCall, stage: AttemptStage) => VendorError,
  read: StreamReader<T>,
): Sending<T> {
  const controller = new AbortController();
  const { signal } = controller;
  let bytes = 0;
  let status: number | null = null;
  const pendingResponse = dispatcher.request({ ...toDispatchOptions(call), signal });
  return {
    async value() {
      // Until a connection is established, undici notices the abort but does not reject.
      const response = await abortable(pendingResponse, signal).catch((error: unknown) => {
        throw toError(error, call, 'request');
      });
      status = response.statusCode;
      const body = countBytes(
        response.body as AsyncIterable<Buffer>,
        (count) => (bytes += count),
        (error) => toError(error, call, 'body'),
      );
      try {
        return await read(response, body);
      } finally {
        response.body.on('error', ignoreStreamError).destroy();
      }
    },
    abort: (reason) => {
      controller.abort(reason);
    },
    bytes: () => bytes,
    status: () => status,
  };
}

interface Ended {
  readonly outcome: string;
  readonly error: VendorError | null;
}

const SUCCESS: Ended = { outcome: 'OK', error: null };

function toEnded(error: unknown): Ended {
  return error instanceof VendorError
    ? { outcome: error.code, error }
    : { outcome: 'INTERNAL_SERVER_ERROR', error: null };
}

function toFailedResult(error: unknown): AttemptResult<never> {
  return {
    value: () => {
      throw error;
    },
    error: error instanceof VendorError ? error : null,
  };
}

function toFailureFields(error: VendorError): Pick<CallRecord, 'reason' | 'status'> {
  return {
    ...(error.reason !== null && { reason: error.reason }),
    ...(error.status !== null && { status: error.status }),
  };
}

function toDispatchOptions({ request, headers }: AttemptedCall): Dispatcher.DispatchOptions & { origin: string } {
  const { url, method, body } = request;
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    ...(body !== undefined && { body }),
    // The attempt has its own deadline. undici's timeouts are idle timers, which a slowly dripping body never triggers.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function ignoreStreamError(): void {
  // Destroying an unfinished body emits an error on its stream, which would otherwise be unhandled.
}
