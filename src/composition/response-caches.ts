import type { Clock } from '../domain/clock.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createResponseCache, type ResponseCache } from '../server/response-cache/response-cache.ts';

/** The caches of complete responses: each configuration has its own, since its responses answer none of another. */
export interface ResponseCaches {
  /** Undefined where no memory is set aside. */
  readonly create: (maxBytes: number) => ResponseCache | undefined;
  readonly release: (responses: ResponseCache | undefined) => void;
  /** Call it for every entry of the cache below that is written. */
  readonly entryWritten: (id: string) => void;
}

const NO_USE = { bytes: 0, maxBytes: 0, entries: 0 };

export function createResponseCaches(
  clock: Clock,
  metrics: Pick<Metrics, 'responseRead' | 'watchCacheLevel'>,
): ResponseCaches {
  const caches = new Set<ResponseCache>();
  let hasCreated = false;
  let evictionsOfReleased = 0;

  /** Of all configurations: a counter never falls. */
  const countEvictions = () => [...caches].reduce((sum, each) => sum + each.use().evictions, evictionsOfReleased);

  return {
    create: (maxBytes) => {
      if (maxBytes === 0) {
        if (hasCreated) metrics.watchCacheLevel('responses', () => ({ ...NO_USE, evictions: countEvictions() }));
        return undefined;
      }
      hasCreated = true;
      const responses = createResponseCache({ maxBytes, clock, onRead: metrics.responseRead });
      caches.add(responses);
      metrics.watchCacheLevel('responses', () => ({ ...responses.use(), evictions: countEvictions() }));
      return responses;
    },
    release: (responses) => {
      if (responses && caches.delete(responses)) evictionsOfReleased += responses.use().evictions;
    },
    entryWritten: (id) => {
      for (const responses of caches) responses.entryWritten(id);
    },
  };
}
