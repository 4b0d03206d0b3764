import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import type { VendorMetrics } from '../observability/metrics.ts';
import { counted } from './body.ts';
import type { CallRecord, CallScope, VendorRequest } from './call.ts';
import { AttemptDeadline, failure, type Stage } from './failure.ts';
import { untilAborted } from './until-aborted.ts';

export interface AttemptOptions {
  /** Milliseconds that one attempt may take, from the request to the last byte. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** undici's Agent: connections kept alive, none of its redirecting, retrying or decompressing interceptors. */
  readonly dispatcher: Dispatcher;
  readonly metrics: VendorMetrics;
}

export type Answered = Dispatcher.ResponseData;

/** What is made of an answer, and what was wrong with it (null: nothing); rejects with a VendorError when nothing can be made. */
export type Read<T> = (answer: Answered, body: AsyncIterable<Buffer>) => Promise<Reading<T>>;
export interface Reading<T> {
  readonly value: T;
  readonly trouble: VendorError | null;
}

/** How an attempt ended. */
export interface Ending<T> {
  /** What was made of the answer; throws where nothing was. */
  readonly value: () => T;
  /** What the vendor did wrong, or was refused for; null for nothing. */
  readonly trouble: VendorError | null;
}

/** Sends a request once, hands the answer to `read`, and tells of the call however it ended. */
export type Attempt = <T>(
  request: VendorRequest,
  headers: Readonly<Record<string, string>>,
  target: CallTarget,
  scope: CallScope,
  read: Read<T>,
) => Promise<Ending<T>>;

export function createAttempt({ timeoutMs, clock, dispatcher, metrics }: AttemptOptions): Attempt {
  return async (request, headers, target, scope, read) => {
    let stage: Stage = 'request';
    // Once nobody waits any more, whatever breaks breaks because of that.
    const fail = (error: unknown): VendorError => failure(error, target, scope.signal.aborted ? 'waiting' : stage);
    const started = clock.elapsed();
    let bytes = 0;
    let outcome = 'OK';
    const deadline = new AbortController();
    const stopTimer = clock.after(timeoutMs, () => {
      deadline.abort(new AttemptDeadline());
    });
    try {
      const signal = AbortSignal.any([scope.signal, deadline.signal]);
      const sent = dispatcher.request({
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
      const answer = await untilAborted(sent, signal).catch((error: unknown) => {
        throw fail(error);
      });
      stage = 'body';
      const body = counted(answer.body as AsyncIterable<Buffer>, (more) => (bytes += more), fail);
      try {
        const { value, trouble } = await read(answer, body);
        if (trouble) outcome = trouble.code;
        return { value: () => value, trouble };
      } finally {
        answer.body.on('error', ignore).destroy();
      }
    } catch (error) {
      const trouble = error instanceof VendorError ? error : null;
      outcome = trouble?.code ?? 'INTERNAL_SERVER_ERROR';
      return {
        value: () => {
          throw error;
        },
        trouble,
      };
    } finally {
      stopTimer();
      const ms = clock.elapsed() - started;
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
      scope.record(call);
      metrics.vendorCall(call);
    }
  };
}

function ignore(): void {
  // A body that is given up raises an error on its stream that nobody needs to hear.
}
