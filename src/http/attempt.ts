import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import type { VendorHttpMetrics } from './ports.ts';
import { countBytes } from './response-body.ts';
import type { CallRecord, CallContext, VendorRequest } from './types.ts';
import { AttemptTimeoutError, toVendorError, type AttemptStage } from './classify-error.ts';
import { abortable } from './abort.ts';

export interface AttemptOptions {
  /** Milliseconds that one attempt may take, from the request to the last byte. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** undici's Agent: connections kept alive, none of its redirecting, retrying or decompressing interceptors. */
  readonly dispatcher: Dispatcher;
  readonly metrics: VendorHttpMetrics;
}

export type UndiciResponse = Dispatcher.ResponseData;

/** What is made of an answer, and what was wrong with it (null: nothing); rejects with a VendorError when nothing can be made. */
export type ResponseReader<T> = (response: UndiciResponse, body: AsyncIterable<Buffer>) => Promise<ReaderResult<T>>;
export interface ReaderResult<T> {
  readonly value: T;
  readonly error: VendorError | null;
}

/** How an attempt ended. */
export interface AttemptResult<T> {
  /** What was made of the answer; throws where nothing was. */
  readonly value: () => T;
  /** What the vendor did wrong, or was refused for; null for nothing. */
  readonly error: VendorError | null;
}

/** Sends a request once, hands the answer to `read`, and tells of the call however it ended. */
export type Attempt = <T>(
  request: VendorRequest,
  headers: Readonly<Record<string, string>>,
  target: CallTarget,
  context: CallContext,
  read: ResponseReader<T>,
) => Promise<AttemptResult<T>>;

export function createAttempt({ timeoutMs, clock, dispatcher, metrics }: AttemptOptions): Attempt {
  return async (request, headers, target, context, read) => {
    let stage: AttemptStage = 'request';
    // Once nobody waits any more, whatever breaks breaks because of that.
    const toError = (error: unknown): VendorError =>
      toVendorError(error, target, context.signal.aborted ? 'waiting' : stage);
    const startedMs = clock.monotonicMs();
    let bytes = 0;
    let outcome = 'OK';
    const deadline = new AbortController();
    const stopTimer = clock.setTimer(timeoutMs, () => {
      deadline.abort(new AttemptTimeoutError());
    });
    try {
      const signal = AbortSignal.any([context.signal, deadline.signal]);
      const pendingResponse = dispatcher.request({
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers,
        ...(request.body !== undefined && { body: request.body }),
        signal,
        // The attempt's own deadline rules; undici's are idle timers that a dripping body never sets off.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      // As long as a connection is not established, undici hears the signal but does not reject.
      const response = await abortable(pendingResponse, signal).catch((error: unknown) => {
        throw toError(error);
      });
      stage = 'body';
      const body = countBytes(response.body as AsyncIterable<Buffer>, (chunkBytes) => (bytes += chunkBytes), toError);
      try {
        const { value, error: readError } = await read(response, body);
        if (readError) outcome = readError.code;
        return { value: () => value, error: readError };
      } finally {
        response.body.on('error', ignoreStreamError).destroy();
      }
    } catch (error) {
      const vendorError = error instanceof VendorError ? error : null;
      outcome = vendorError?.code ?? 'INTERNAL_SERVER_ERROR';
      return {
        value: () => {
          throw error;
        },
        error: vendorError,
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
      };
      context.record(call);
      metrics.vendorCall(call);
    }
  };
}

function ignoreStreamError(): void {
  // A body that is given up raises an error on its stream that nobody needs to hear.
}
