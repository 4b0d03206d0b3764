import { retryDelayMs } from './backoff.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { isTransient, RequestError } from './request-error.ts';
import { type QueryResult, readResult } from './response.ts';
import type { TypedDocument } from './typed-document.ts';

export interface ClientOptions {
  /** The gateway's endpoint, such as https://switchboard.example.com/graphql. */
  readonly url: string | URL;
  /** An API key or a JWT, or what returns the current one; absent: the gateway needs none. */
  readonly token?: string | (() => string | Promise<string>);
  /** Absent: that of the platform. */
  readonly fetch?: typeof globalThis.fetch;
  /** How often `query` sends a request again that failed for a moment. @default 2 */
  readonly maxRetries?: number;
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

/** Variables can be left out where all of them are optional. */
export type QueryArguments<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: QueryOptions]
    : [variables: Variables, options?: QueryOptions];

/** What a poll brings: an answer, or why there is none at the moment. */
export type PollEvent<Data> =
  | { readonly result: QueryResult<Data>; readonly error: null }
  | { readonly result: null; readonly error: RequestError };

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
}

const DEFAULT_MAX_RETRIES = 2;
/** Where the gateway does not say when to ask again. */
const DEFAULT_POLL_SECONDS = 5;
/** Also where a proxy says that an answer has no lifetime. */
const MIN_POLL_SECONDS = 1;

export function createClient(options: ClientOptions): Client {
  return createClientIn(createEnvironment(options.fetch), options);
}

/** @internal */
export function createClientIn(environment: Environment, options: ClientOptions): Client {
  const { maxRetries = DEFAULT_MAX_RETRIES } = options;
  const { sleep, random } = environment;

  async function query<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    ...[variables, { signal } = {}]: QueryArguments<Variables>
  ): Promise<QueryResult<Data>> {
    for (let failures = 1; ; failures++) {
      try {
        return await send<Data>(environment, options, { query: document.toString(), variables }, signal);
      } catch (error) {
        if (!(error instanceof RequestError) || !isTransient(error) || failures > maxRetries) throw error;
        await sleep(retryDelayMs(error, failures, random), signal);
      }
    }
  }

  async function* poll<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    ...[variables, { signal } = {}]: QueryArguments<Variables>
  ): AsyncGenerator<PollEvent<Data>, void, undefined> {
    const body = { query: document.toString(), variables };
    let failures = 0;
    try {
      while (signal?.aborted !== true) {
        const event = await attempt(() => send<Data>(environment, options, body, signal));
        failures = event.error ? failures + 1 : 0;
        yield event;
        await sleep(event.error ? retryDelayMs(event.error, failures, random) : toPollMs(event.result), signal);
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }

  return { query, poll };
}

async function attempt<Data>(sendOnce: () => Promise<QueryResult<Data>>): Promise<PollEvent<Data>> {
  try {
    return { result: await sendOnce(), error: null };
  } catch (error) {
    // Where every field failed, the vendors may be back later.
    if (error instanceof RequestError && (isTransient(error) || error.errors.some(isRetryable)))
      return { result: null, error };
    throw error;
  }
}

function isRetryable({ extensions }: RequestError['errors'][number]): boolean {
  return extensions?.retryable === true;
}

function toPollMs({ maxAgeSeconds }: QueryResult<unknown>): number {
  return Math.max(MIN_POLL_SECONDS, maxAgeSeconds ?? DEFAULT_POLL_SECONDS) * 1000;
}

async function send<Data>(
  { fetch }: Environment,
  { url, token }: ClientOptions,
  body: object,
  signal: AbortSignal | undefined,
): Promise<QueryResult<Data>> {
  const key = typeof token === 'function' ? await token() : token;
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new RequestError(`${String(url)} cannot be reached.`, 'NETWORK_ERROR', { status: null, cause });
  }
  return readResult<Data>(response, signal);
}
