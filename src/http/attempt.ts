import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { abortable } from './abort.ts';
import { type AttemptStage, AttemptTimeoutError, toVendorError } from './classify-error.ts';
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

export type UndiciResponse = Dispatcher.ResponseData;

/** Turns a response into a value and an error (null: none); rejects with a VendorError when there is no value. */
export type ResponseReader<T> = (response: UndiciResponse, body: AsyncIterable<Buffer>) => Promise<ReaderResult<T>>;
export interface ReaderResult<T> {
  readonly value: T;
  readonly error: VendorError | null;
}

/** How an attempt ended. */
export interface AttemptResult<T> {
  /** Returns what was made of the response; throws if there was nothing. */
  readonly value: () => T;
  /** The vendor's failure or rejection; null for success. */
  readonly error: VendorError | null;
}

/** Sends a request once, passes the response to `read`, and records the call whatever its outcome. */
export type Attempt = <T>(
  request: VendorRequest,
  headers: Readonly<Record<string, string>>,
  target: CallTarget,
  context: CallContext,
  read: ResponseReader<T>,
) => Promise<AttemptResult<T>>;

export function createAttempt({ timeoutMs, clock, dispatcher, isStaleConnection, metrics }: AttemptOptions): Attempt {
  return async (request, headers, target, context, read) => {
    let stage: AttemptStage = 'request';
    // After the caller's abort, every failure is a consequence of it.
    const toError = (error: unknown): VendorError =>
      toVendorError(error, target, context.signal.aborted ? 'waiting' : stage, isStaleConnection?.(error));
    const startedMs = clock.monotonicMs();
    let bytes = 0;
    let outcome = 'OK';
    let failure: VendorError | null = null;
    const deadline = new AbortController();
    const stopTimer = clock.setTimer(timeoutMs, () => {
      deadline.abort(new AttemptTimeoutError());
    });
    try {
      const signal = AbortSignal.any([context.signal, deadline.signal]);
      context.onSent?.();
      const pendingResponse = dispatcher.request(toRequestOptions(request, headers, signal));
      // Until a connection is established, undici notices the abort but does not reject.
      const response = await abortable(pendingResponse, signal).catch((error: unknown) => {
        throw toError(error);
      });
      stage = 'body';
      const body = countBytes(response.body as AsyncIterable<Buffer>, (chunkBytes) => (bytes += chunkBytes), toError);
      try {
        const { value, error: readError } = await read(response, body);
        failure = readError;
        if (readError) outcome = readError.code;
        return { value: () => value, error: readError };
      } finally {
        response.body.on('error', ignoreStreamError).destroy();
      }
    } catch (error) {
      failure = error instanceof VendorError ? error : null;
      outcome = failure?.code ?? 'INTERNAL_SERVER_ERROR';
      return {
        value: () => {
          throw error;
        },
        error: failure,
      };
    } finally {
      stopTimer();
      const ms = clock.monotonicMs() - startedMs;
      const { account, endpoint } = target;
      const call: CallRecord = {
        account,
        endpoint,
        outcome,
        servedFrom: 'VENDOR',
        ms,
        bytes,
        keys: request.keys ?? 1,
        ...toFailureFields(failure),
      };
      context.record(call);
      metrics.vendorCall(call);
    }
  };
}

function toFailureFields(error: VendorError | null): Pick<CallRecord, 'reason' | 'status'> {
  return {
    ...(error?.reason != null && { reason: error.reason }),
    ...(error?.status != null && { status: error.status }),
  };
}

function toRequestOptions(
  { url, method, body }: VendorRequest,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Dispatcher.RequestOptions {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    ...(body !== undefined && { body }),
    signal,
    // The attempt has its own deadline. undici's timeouts are idle timers, which a slowly dripping body never triggers.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function ignoreStreamError(): void {
  // Destroying an unfinished body emits an error on its stream, which would otherwise be unhandled.
}
