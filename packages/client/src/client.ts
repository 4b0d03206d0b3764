import { retryDelayMs } from './backoff.ts';
import type { ClientOptions } from './client-options.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { createEventQueue } from './event-queue.ts';
import { type LiveEvent, runLiveQuery } from './live-query.ts';
import type { Outcome } from './outcome.ts';
import { poll } from './poll.ts';
import { isTransient, RequestError } from './request-error.ts';
import { type GraphqlRequest, sendQuery, toRequest } from './request.ts';
import type { QueryResult } from './response.ts';
import type { TypedDocument } from './typed-document.ts';

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

/** Which events a slow reader gets: all, or the latest where an answer replaces the one before. */
export type KeptEvents = 'all' | 'latest';

export interface SubscribeOptions extends QueryOptions {
  /** @default 'all' */
  readonly keep?: KeptEvents;
}

/** Variables can be left out where all of them are optional. */
export type QueryArguments<Variables, Options = QueryOptions> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options];

/** What a poll brings. */
export type PollEvent<Data> = Outcome<Data>;

/** A live query, and the query with the same answer. */
export interface WatchedDocuments<Data, Variables> {
  readonly live: TypedDocument<Data, Variables>;
  readonly poll: TypedDocument<Data, Variables>;
}

export interface Client {
  /** Sends a query. Rejects with a RequestError where there is no data; `errors` beside data say which fields are missing. */
  readonly query: <Data, Variables>(
    document: TypedDocument<Data, Variables>,
    ...args: QueryArguments<Variables>
  ) => Promise<QueryResult<Data>>;
  /**
   * Sends a query again and again, each time when its answer can first have changed. A failure that passes is an event, and the query is
   * sent again later; one that stays (a wrong key, an invalid query) is thrown. Ends when `signal` is aborted.
   */
  readonly poll: <Data, Variables>(
    document: TypedDocument<Data, Variables>,
    ...args: QueryArguments<Variables>
  ) => AsyncGenerator<PollEvent<Data>, void, undefined>;
  /**
   * Subscribes over server-sent events. A stream that ends, breaks or falls silent is opened again, which is an event as well; a failure that
   * stays is thrown. Ends when `signal` is aborted.
   */
  readonly subscribe: <Data, Variables>(
    document: TypedDocument<Data, Variables>,
    ...args: QueryArguments<Variables, SubscribeOptions>
  ) => AsyncGenerator<LiveEvent<Data>, void, undefined>;
  /**
   * Keeps an answer up to date: subscribes to `live`, and polls `poll` while no stream comes through. Each event says which of the two it
   * comes from. A slow reader gets the latest event. Otherwise as `subscribe`.
   */
  readonly watch: <Data, Variables>(
    documents: WatchedDocuments<Data, Variables>,
    ...args: QueryArguments<Variables>
  ) => AsyncGenerator<LiveEvent<Data>, void, undefined>;
}

const DEFAULT_MAX_RETRIES = 2;

export function createClient(options: ClientOptions): Client {
  return createClientIn(createEnvironment(options.fetch), options);
}

/** @internal */
export function createClientIn(environment: Environment, options: ClientOptions): Client {
  return {
    query: (document, ...[variables, { signal } = {}]) =>
      queryWithRetries(environment, options, toRequest(document, variables, options), signal),
    poll: (document, ...[variables, { signal } = {}]) =>
      poll(environment, options, toRequest(document, variables, options), signal),
    subscribe: (document, ...[variables, { signal, keep } = {}]) =>
      readLiveQuery(environment, options, {
        stream: toRequest(document, variables, options),
        fallback: null,
        keep: keep ?? 'all',
        signal,
      }),
    watch: (documents, ...[variables, { signal } = {}]) =>
      readLiveQuery(environment, options, {
        stream: toRequest(documents.live, variables, options),
        fallback: toRequest(documents.poll, variables, options),
        keep: 'latest',
        signal,
      }),
  };
}

async function queryWithRetries<Data>(
  environment: Environment,
  options: ClientOptions,
  request: GraphqlRequest,
  signal: AbortSignal | undefined,
): Promise<QueryResult<Data>> {
  const { maxRetries = DEFAULT_MAX_RETRIES } = options;
  for (let failures = 1; ; failures++) {
    try {
      return await sendQuery<Data>(environment, options, request, signal);
    } catch (error) {
      if (!(error instanceof RequestError) || !isTransient(error) || failures > maxRetries) throw error;
      await environment.sleep(retryDelayMs(error, failures, environment.random), signal);
    }
  }
}

interface LiveQuery {
  readonly stream: GraphqlRequest;
  readonly fallback: GraphqlRequest | null;
  readonly keep: KeptEvents;
  readonly signal: AbortSignal | undefined;
}

async function* readLiveQuery<Data>(
  environment: Environment,
  options: ClientOptions,
  { stream, fallback, keep, signal: callerSignal }: LiveQuery,
): AsyncGenerator<LiveEvent<Data>, void, undefined> {
  const queue = createEventQueue<LiveEvent<Data>>(keep === 'latest' ? replaces : () => false);
  const reader = new AbortController();
  const abort = (): void => {
    reader.abort(callerSignal?.reason);
  };
  if (callerSignal?.aborted === true) return;
  callerSignal?.addEventListener('abort', abort, { once: true });
  const { signal } = reader;
  runLiveQuery<Data>(environment, options, { stream, fallback, signal, onEvent: queue.push }).then(
    queue.close,
    queue.fail,
  );
  try {
    for (let event = await queue.next(); event; event = await queue.next()) yield event;
  } finally {
    callerSignal?.removeEventListener('abort', abort);
    reader.abort();
  }
}

/** An event without a result does not replace the latest one. */
function replaces(event: LiveEvent<unknown>, earlier: LiveEvent<unknown>): boolean {
  return event.result !== null || earlier.result === null;
}
