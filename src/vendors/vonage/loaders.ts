import DataLoader from 'dataloader';
import type { Cached, Space } from '../../cache/cache.ts';
import { orNotFound } from '../../cache/not-found.ts';
import type { QueryScope, Shared } from '../vendor.ts';
import { LATEST_INTERACTIONS, type VonageClient } from './client.ts';
import type { Parameters } from './map.ts';
import { type Interactions, interactions } from './wire.ts';

/** One key is one call: the endpoint takes one agent at a time. */
export interface AgentQuestion {
  readonly ref: string;
  readonly apiVersion: 1 | 2;
  readonly parameters: Parameters;
}

export type InteractionLoader = DataLoader<AgentQuestion, Cached<Interactions>, string>;

export const interactionSpace: Space<AgentQuestion, Interactions> = {
  endpoint: LATEST_INTERACTIONS,
  version: 2,
  canonical,
  isValue: (value): value is Interactions => interactions.safeParse(value).success,
};

/** A loader for one query; what it loads is kept beyond it by the account's cache, in the vendor's words. */
export function openLoader(client: VonageClient, { cache, ttl }: Shared, query: QueryScope): InteractionLoader {
  const load = (asked: AgentQuestion): Promise<Cached<Interactions>> =>
    cache.read(interactionSpace, asked, query, (scope) =>
      orNotFound(async () => {
        const value = await client.latestInteractions(asked.ref, asked.parameters, scope);
        return { value, ttlSeconds: ttl.interactions };
      }, ttl.interactions),
    );
  return new DataLoader((keys) => Promise.all(keys.map((asked) => load(asked).catch(asError))), {
    cacheKeyFn: (asked) => JSON.stringify(canonical(asked)),
  });
}

function canonical({ ref, apiVersion, parameters }: AgentQuestion): readonly (string | number | boolean | null)[] {
  const { size = null, type = null, activeLiveFirst = null } = parameters;
  return [ref, apiVersion, size, type, activeLiveFirst];
}

/** A failure of one key must not become that of its neighbours. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
