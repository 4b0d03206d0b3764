import { retryDelayMs } from './backoff.ts';
import type { ClientOptions } from './client-options.ts';
import type { Environment } from './environment.ts';
import { type Outcome, toFailure } from './outcome.ts';
import { type GraphqlRequest, sendQuery } from './request.ts';
import type { QueryResult } from './response.ts';

/** Where the gateway does not say when to ask again. */
const DEFAULT_POLL_SECONDS = 5;
/** Also where a proxy says that an answer has no lifetime. */
const MIN_POLL_SECONDS = 1;

/** Sends a query again each time when its answer can first have changed, until the signal is aborted. */
export async function* poll<Data>(
  environment: Environment,
  options: ClientOptions,
  request: GraphqlRequest,
  signal?: AbortSignal,
): AsyncGenerator<Outcome<Data>, void, undefined> {
  const { sleep, random } = environment;
  let failures = 0;
  try {
    while (signal?.aborted !== true) {
      const outcome: Outcome<Data> = await sendQuery<Data>(environment, options, request, signal).then(
        (result) => ({ result, error: null }),
        toFailure,
      );
      failures = outcome.error ? failures + 1 : 0;
      yield outcome;
      await sleep(outcome.error ? retryDelayMs(outcome.error, failures, random) : toPollMs(outcome.result), signal);
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

function toPollMs({ maxAgeSeconds }: QueryResult<unknown>): number {
  return Math.max(MIN_POLL_SECONDS, maxAgeSeconds ?? DEFAULT_POLL_SECONDS) * 1000;
}
