import type { ZodType } from 'zod';
import type { CacheNamespace } from '../../cache/cache.ts';
import { cacheNotFound } from '../../cache/freshness.ts';
import type { Instant } from '../../domain/clock.ts';
import { DAY, HOUR, SECOND, startOfUtcDay } from '../../domain/time.ts';
import type { CallContext } from '../../http/types.ts';
import { createQueryLoader, type QueryLoader } from '../query-loader.ts';
import { rangePriority, readByPriority } from '../range-priority.ts';
import type { DataSourceContext, DataSourceDependencies } from '../vendor.ts';
import { type AvaamoClient, type BotDays, INTERVENTIONS_ENDPOINT, USAGE_ENDPOINT } from './client.ts';
import type { AvaamoConfig } from './config.ts';
import { type StoredInterventions, storedInterventionsSchema, type StoredUsage, storedUsageSchema } from './wire.ts';

/** How long after its last day a count may still change: late sessions, and UTC offsets that change within the days. */
const SETTLING_MS = 6 * HOUR;

export type AvaamoDeps = DataSourceDependencies<AvaamoConfig, AvaamoClient>;

/** One key is one call: neither endpoint takes several bots or several spans. */
export interface AvaamoLoaders {
  readonly usage: QueryLoader<BotDays, StoredUsage>;
  readonly interventions: QueryLoader<BotDays, StoredInterventions>;
}

/** Loaders for one query. The account's cache keeps the values beyond it, in the vendor's format. */
export function createLoaders({ client, cache, ttl }: AvaamoDeps, request: DataSourceContext): AvaamoLoaders {
  function createLoader<Stored extends { readonly isComplete: boolean }>(
    namespace: CacheNamespace<BotDays, Stored>,
    fetchReport: (key: BotDays, context: CallContext) => Promise<Stored>,
  ): QueryLoader<BotDays, Stored> {
    const fetch = (key: BotDays, context: CallContext) => {
      const isPast = isSettled(key, request.now);
      const ttlSeconds = isPast ? ttl.usagePast : ttl.usageLive;
      const toFetched = (value: Stored) => ({
        value,
        ttlSeconds: value.isComplete ? ttlSeconds : Math.min(ttlSeconds, ttl.usageLive),
        isFinal: isPast && value.isComplete,
      });
      return cacheNotFound(() => fetchReport(key, context).then(toFetched), ttlSeconds);
    };
    return createQueryLoader({
      cache,
      namespace,
      request,
      readBatch: (keys, context) =>
        readByPriority(
          keys,
          (key) => rangePriority(endOf(key), request.now),
          (members, priority) => cache.readEach(namespace, members, { ...context, priority }, fetch),
        ),
    });
  }

  return {
    usage: createLoader(usageNamespace, client.usage),
    interventions: createLoader(interventionsNamespace, client.interventions),
  };
}

/** Time zones with the same UTC offset share cached values: the vendor receives the offset only. */
export function toKeyParts({ bot, from, to, offsetSeconds }: BotDays): readonly (string | number)[] {
  return [bot, from, to, offsetSeconds];
}

function createNamespace<Stored>(endpoint: string, schema: ZodType<Stored>): CacheNamespace<BotDays, Stored> {
  return {
    endpoint,
    version: 4,
    keyParts: toKeyParts,
    isValid: (value): value is Stored => schema.safeParse(value).success,
  };
}

export const usageNamespace = createNamespace(USAGE_ENDPOINT, storedUsageSchema);
export const interventionsNamespace = createNamespace(INTERVENTIONS_ENDPOINT, storedInterventionsSchema);

/** Whether the days are so far in the past that their counts no longer change. */
function isSettled(days: BotDays, now: Instant): boolean {
  return endOf(days) + SETTLING_MS <= now;
}

function endOf({ to, offsetSeconds }: BotDays): Instant {
  return startOfUtcDay(to) + DAY - offsetSeconds * SECOND;
}
