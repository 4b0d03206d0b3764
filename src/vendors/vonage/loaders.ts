import DataLoader from 'dataloader';
import type { CachedValue, CacheNamespace } from '../../cache/cache.ts';
import { cacheNotFound } from '../../cache/freshness.ts';
import type { DataSourceContext, AdapterDependencies } from '../vendor.ts';
import { LATEST_INTERACTIONS_ENDPOINT, type VonageClient } from './client.ts';
import type { InteractionParameters } from './map.ts';
import { type StoredInteractions, storedInteractionsSchema } from './wire.ts';

/** One key is one call: the endpoint takes one agent at a time. */
export interface InteractionKey {
  readonly ref: string;
  readonly apiVersion: 1 | 2;
  readonly parameters: InteractionParameters;
}

export type InteractionLoader = DataLoader<InteractionKey, CachedValue<StoredInteractions>, string>;

export const interactionNamespace: CacheNamespace<InteractionKey, StoredInteractions> = {
  endpoint: LATEST_INTERACTIONS_ENDPOINT,
  version: 2,
  keyParts: toKeyParts,
  isValid: (value): value is StoredInteractions => storedInteractionsSchema.safeParse(value).success,
};

/** A loader for one query; what it loads is kept beyond it by the account's cache, in the vendor's words. */
export function createLoaders(
  client: VonageClient,
  { cache, ttl }: AdapterDependencies,
  request: DataSourceContext,
): InteractionLoader {
  const load = (key: InteractionKey): Promise<CachedValue<StoredInteractions>> =>
    cache.read(interactionNamespace, key, request, (context) =>
      cacheNotFound(async () => {
        const value = await client.latestInteractions(key.ref, key.parameters, context);
        return { value, ttlSeconds: ttl.interactions };
      }, ttl.interactions),
    );
  return new DataLoader((keys) => Promise.all(keys.map((key) => load(key).catch(toError))), {
    cacheKeyFn: (key) => JSON.stringify(toKeyParts(key)),
  });
}

function toKeyParts({ ref, apiVersion, parameters }: InteractionKey): readonly (string | number | boolean | null)[] {
  const { size = null, type = null, activeLiveFirst = null } = parameters;
  return [ref, apiVersion, size, type, activeLiveFirst];
}

/** A failure of one key must not become that of its neighbours. */
function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
