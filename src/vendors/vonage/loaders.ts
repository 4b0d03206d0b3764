import type { CacheNamespace } from '../../cache/cache.ts';
import { cacheNotFound } from '../../cache/freshness.ts';
import type { Interaction } from '../../domain/interaction.ts';
import type { CallContext } from '../../http/types.ts';
import type { MapStored } from '../kept-mapping.ts';
import { createQueryLoader, type QueryLoader } from '../query-loader.ts';
import type { DataSourceContext, DataSourceDependencies } from '../vendor.ts';
import { LATEST_INTERACTIONS_ENDPOINT, type VonageClient } from './client.ts';
import type { VonageConfig } from './config.ts';
import type { InteractionParameters } from './map.ts';
import { type StoredInteractions, storedInteractionsSchema } from './wire.ts';

export type VonageDeps = DataSourceDependencies<VonageConfig, VonageClient> & {
  readonly mapInteractions: MapStored<StoredInteractions, readonly Interaction[]>;
};

/** One key is one call: the endpoint takes one agent at a time. */
export interface InteractionKey {
  readonly ref: string;
  readonly apiVersion: 1 | 2;
  readonly parameters: InteractionParameters;
}

export interface VonageLoaders {
  readonly interactions: QueryLoader<InteractionKey, StoredInteractions>;
}

export const interactionNamespace: CacheNamespace<InteractionKey, StoredInteractions> = {
  endpoint: LATEST_INTERACTIONS_ENDPOINT,
  version: 2,
  keyParts: toKeyParts,
  isValid: (value): value is StoredInteractions => storedInteractionsSchema.safeParse(value).success,
  isComplete: hasAll,
};

/** Loaders for one query. The account's cache keeps the values beyond it, in the vendor's format. */
export function createLoaders({ client, cache, ttl }: VonageDeps, request: DataSourceContext): VonageLoaders {
  const fetch = ({ ref, parameters }: InteractionKey, context: CallContext) =>
    cacheNotFound(
      () =>
        client.latestInteractions(ref, parameters, context).then((value) => ({ value, ttlSeconds: ttl.interactions })),
      ttl.interactions,
    );
  return {
    interactions: createQueryLoader({
      cache,
      namespace: interactionNamespace,
      request,
      readBatch: (keys, context, ids) => cache.readEach(interactionNamespace, keys, context, fetch, ids),
    }),
  };
}

/** Whether every interaction could be read. */
export function hasAll(interactions: StoredInteractions): boolean {
  return !interactions.includes(null);
}

function toKeyParts({ ref, apiVersion, parameters }: InteractionKey): readonly (string | number | boolean | null)[] {
  const { size = null, type = null, activeLiveFirst = null } = parameters;
  return [ref, apiVersion, size, type, activeLiveFirst];
}
