import { channel } from 'node:diagnostics_channel';

const CREATED = 'undici:request:create';
/** One of them is announced for each request: its response was received completely, or it failed. */
const ENDED = ['undici:request:trailers', 'undici:request:error'];

export interface RequestsInFlight {
  readonly count: () => number;
  readonly stop: () => void;
}

/**
 * Counts the requests of this process to some origins that are under way, from what undici announces
 * (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel): a test that waits for them waits for no time.
 */
export function watchRequestsTo(origins: readonly string[]): RequestsInFlight {
  const inFlight = new Set<object>();
  const onCreated = (message: unknown) => {
    const { request } = message as { request: { readonly origin?: unknown } };
    if (origins.includes(String(request.origin))) inFlight.add(request);
  };
  const onEnded = (message: unknown) => inFlight.delete((message as { request: object }).request);
  channel(CREATED).subscribe(onCreated);
  for (const name of ENDED) channel(name).subscribe(onEnded);
  return {
    count: () => inFlight.size,
    stop: () => {
      channel(CREATED).unsubscribe(onCreated);
      for (const name of ENDED) channel(name).unsubscribe(onEnded);
    },
  };
}
