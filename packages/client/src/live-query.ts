import { retryDelayMs } from './backoff.ts';
import type { ClientOptions } from './client-options.ts';
import type { Environment } from './environment.ts';
import { createFallbackPoll, type FallbackPoll } from './fallback-poll.ts';
import { readLiveStream } from './live-stream.ts';
import type { Outcome } from './outcome.ts';
import { isPassing, isTransient, RequestError } from './request-error.ts';
import type { GraphqlRequest } from './request.ts';

/** `live`: from a stream; `polling`: from a query, while no stream comes through; `reconnecting`: neither at the moment. */
export type LiveState = 'live' | 'polling' | 'reconnecting';

/** What a live query brings. While it reconnects there is no result, and no error either where the gateway ended the stream in order. */
export type LiveEvent<Data> =
  | (Outcome<Data> & { readonly state: 'live' | 'polling' })
  | { readonly state: 'reconnecting'; readonly result: null; readonly error: RequestError | null };

export interface LiveQueryOptions<Data> {
  readonly stream: GraphqlRequest;
  /** A query with the same answer, polled while no stream comes through; null: only the stream. */
  readonly fallback: GraphqlRequest | null;
  readonly signal: AbortSignal;
  readonly onEvent: (event: LiveEvent<Data>) => void;
}

/** While polling works, a stream is tried again at most this often. */
const MIN_STREAM_RETRY_MS = 30_000;
/** The backoff starts again after a stream that lived that long. */
const STABLE_STREAM_MS = 10_000;
const NO_RETRY_TIME = { retryAfterSeconds: null };

/** Keeps a live query going until the signal is aborted. Rejects with a failure that stays, such as a wrong key. */
export async function runLiveQuery<Data>(
  environment: Environment,
  clientOptions: ClientOptions,
  options: LiveQueryOptions<Data>,
): Promise<void> {
  const { random, sleep } = environment;
  const ended = new AbortController();
  const abort = (): void => {
    ended.abort(options.signal.reason);
  };
  if (options.signal.aborted) abort();
  else options.signal.addEventListener('abort', abort, { once: true });
  const fallback = createFallback(environment, clientOptions, options, ended);
  try {
    for (let failures = 1; ; failures++) {
      fallback.startLater();
      const { error, isStable } = await readStream(environment, clientOptions, options, fallback, ended.signal);
      if (isStable) failures = 1;
      if (!fallback.isPolling()) options.onEvent({ state: 'reconnecting', result: null, error });
      const delayMs = retryDelayMs(error ?? NO_RETRY_TIME, failures, random);
      const minDelayMs = fallback.isPolling() ? MIN_STREAM_RETRY_MS * (1 + random()) : 0;
      await sleep(Math.max(delayMs, minDelayMs), ended.signal);
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    options.signal.removeEventListener('abort', abort);
    fallback.stop();
  }
}

function createFallback<Data>(
  environment: Environment,
  clientOptions: ClientOptions,
  { fallback, onEvent }: LiveQueryOptions<Data>,
  ended: AbortController,
): FallbackPoll {
  return createFallbackPoll<Data>(environment, clientOptions, {
    request: fallback,
    onOutcome: (outcome) => {
      onEvent({ ...outcome, state: 'polling' });
    },
    onFailure: (error) => {
      ended.abort(error);
    },
  });
}

/** Reads one stream to its end. Rejects with a failure that stays, and with the reason of an abort. */
async function readStream<Data>(
  environment: Environment,
  clientOptions: ClientOptions,
  { stream, fallback: fallbackRequest, onEvent }: LiveQueryOptions<Data>,
  fallback: FallbackPoll,
  signal: AbortSignal,
): Promise<{ readonly error: RequestError | null; readonly isStable: boolean }> {
  let isStable = false;
  const cancelTimer = environment.setTimer(STABLE_STREAM_MS, () => (isStable = true));
  const onOutcome = (outcome: Outcome<Data>): void => {
    const isRefusal = outcome.error !== null && isTransient(outcome.error);
    if (isRefusal && fallback.isPolling()) return;
    if (!isRefusal) fallback.stop();
    onEvent({ ...outcome, state: 'live' });
  };
  try {
    await readLiveStream(environment, clientOptions, stream, { signal, onOutcome });
    return { error: null, isStable };
  } catch (error) {
    if (signal.aborted || !(error instanceof RequestError)) throw error;
    if (isPassing(error)) return { error, isStable };
    // A proxy may refuse streams, and an older gateway knows no live queries: the poll finds out.
    if (!fallbackRequest || error.code === 'UNAUTHENTICATED') throw error;
    fallback.start();
    return { error, isStable };
  } finally {
    cancelTimer();
  }
}
