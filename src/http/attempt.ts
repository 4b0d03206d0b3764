import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
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

/** How an attempt ended: with what was made of the response, or with what was thrown. */
export type AttemptResult<T> =
  | { readonly value: T; readonly error: null }
  | {
      readonly thrown: unknown;
      /** The vendor's failure or rejection; null for any other error. */
      readonly error: VendorError | null;
    };

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
export type ResponseReader<T> = (head: ResponseHead, body: Buffer | VendorError) => MaybePromise<T>;
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

  /** Aborts a request once the caller has aborted or the deadline has passed, unless the returned function is called before. */
  function watch({ signal }: CallContext, sent: SentRequest): () => void {
    const onSignal = (): void => {
      sent.abort(signal.reason as Error);
    };
    signal.addEventListener('abort', onSignal);
    const removeDeadline = addDeadline(() => {
      sent.abort(new AttemptTimeoutError());
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

  function readCompletely<T>(sent: DispatchedRequest, call: AttemptedCall, read: ResponseReader<T>): Promise<T> {
    const readBody = (body: Buffer | VendorError): MaybePromise<T> => {
      if (!sent.head) throw new TypeError('a body without a status');
      return read(sent.head, body);
    };
    return sent.body.then(readBody, (error: unknown) => {
      if (!sent.head) throw toError(error, call, 'request');
      return readBody(toError(error, call, 'body'));
    });
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

  /** Sends a request, reads its response to the end, and records the call. */
  async function run<T, Sent extends SentRequest>(
    call: AttemptedCall,
    send: () => Sent,
    read: (sent: Sent) => Promise<T>,
  ): Promise<AttemptResult<T>> {
    const startedMs = clock.monotonicMs();
    let sent: Sent | null = null;
    let stopWatching: (() => void) | null = null;
    let ended = SUCCESS;
    try {
      const { signal, onSent } = call.context;
      if (signal.aborted) throw toError(signal.reason, call, 'waiting');
      onSent?.();
      sent = send();
      stopWatching = watch(call.context, sent);
      return { value: await read(sent), error: null };
    } catch (thrown) {
      ended = toEnded(thrown);
      return { thrown, error: ended.error };
    } finally {
      stopWatching?.();
      record(call, startedMs, sent?.bytes ?? 0, ended);
      if (call.span) endAttemptSpan(call.span, sent?.head?.statusCode ?? null, ended);
    }
  }

  return {
    complete: (call, maxBytesOf, read) =>
      run(
        call,
        () => new DispatchedRequest(dispatcher, toDispatchOptions(call), maxBytesOf),
        (sent) => readCompletely(sent, call, read),
      ),
    stream: (call, read) =>
      run(
        call,
        () => openStream(dispatcher, call),
        (sent) => readStream(sent, call, toError, read),
      ),
  };
}

/** A request that was sent. */
interface SentRequest {
  readonly abort: (reason: Error) => void;
  /** The bytes of the body that have arrived. */
  readonly bytes: number;
  /** Null until it has arrived. */
  readonly head: ResponseHead | null;
}

interface OpenStream extends SentRequest {
  bytes: number;
  head: ResponseHead | null;
  readonly response: Promise<Dispatcher.ResponseData>;
}

function openStream(dispatcher: Dispatcher, call: AttemptedCall): OpenStream {
  const controller = new AbortController();
  const { signal } = controller;
  const response = dispatcher.request({ ...toDispatchOptions(call), signal });
  return {
    // Until a connection is established, undici notices the abort but does not reject.
    response: abortable(response, signal),
    abort: (reason) => {
      controller.abort(reason);
    },
    bytes: 0,
    head: null,
  };
}

async function readStream<T>(
  sent: OpenStream,
  call: AttemptedCall,
  toError: (error: unknown, call: AttemptedCall, stage: AttemptStage) => VendorError,
  read: StreamReader<T>,
): Promise<T> {
  const response = await sent.response.catch((error: unknown) => {
    throw toError(error, call, 'request');
  });
  sent.head = response;
  const body = countBytes(
    response.body as AsyncIterable<Buffer>,
    (count) => (sent.bytes += count),
    (error) => toError(error, call, 'body'),
  );
  try {
    return await read(response, body);
  } finally {
    response.body.on('error', ignoreStreamError).destroy();
  }
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
