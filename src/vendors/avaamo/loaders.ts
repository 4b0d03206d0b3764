import DataLoader from 'dataloader';
import type { ZodType } from 'zod';
import type { CachedValue, CacheNamespace } from '../../cache/cache.ts';
import { cacheNotFound } from '../../cache/freshness.ts';
import type { Instant } from '../../domain/clock.ts';
import { DAY, HOUR, SECOND, startOfUtcDay } from '../../domain/time.ts';
import type { CallContext } from '../../http/types.ts';
import type { DataSourceContext, AdapterDependencies } from '../vendor.ts';
import { type AvaamoClient, type BotDays, INTERVENTIONS_ENDPOINT, USAGE_ENDPOINT } from './client.ts';
import { type UsageReport, toInterventionsReport, toUsageReport } from './map.ts';
import { storedInterventionsSchema, storedUsageSchema } from './wire.ts';

/** How long after its last day a count may still change: late sessions, and clocks that changed within the days. */
const SETTLING_MS = 6 * HOUR;

/** One key is one call: neither endpoint takes several bots or several spans. */
export interface AvaamoLoaders {
  readonly usage: DataLoader<BotDays, CachedValue<UsageReport>, string>;
  readonly interventions: DataLoader<BotDays, CachedValue<UsageReport>, string>;
}

/** Loaders for one query; what they load is kept beyond it by the account's cache, in the vendor's words. */
export function createLoaders(
  client: AvaamoClient,
  { cache, ttl }: AdapterDependencies,
  request: DataSourceContext,
): AvaamoLoaders {
  function createLoader<Stored extends { readonly isComplete: boolean }>(
    namespace: CacheNamespace<BotDays, Stored>,
    fetchReport: (key: BotDays, context: CallContext) => Promise<Stored>,
    toReport: (stored: Stored) => UsageReport,
  ): DataLoader<BotDays, CachedValue<UsageReport>, string> {
    async function load(key: BotDays): Promise<CachedValue<UsageReport>> {
      const ttlSeconds = isSettled(key, request.now) ? ttl.usagePast : ttl.usageLive;
      const cached = await cache.read(namespace, key, request, (context) =>
        cacheNotFound(async () => {
          const value = await fetchReport(key, context);
          return { value, ttlSeconds: value.isComplete ? ttlSeconds : Math.min(ttlSeconds, ttl.usageLive) };
        }, ttlSeconds),
      );
      return { ...cached, value: toReport(cached.value) };
    }
    return new DataLoader((keys) => Promise.all(keys.map((key) => load(key).catch(toError))), {
      cacheKeyFn: (key) => toKeyParts(key).join(' '),
    });
  }

  return {
    usage: createLoader(usageNamespace, client.usage, toUsageReport),
    interventions: createLoader(interventionsNamespace, client.interventions, toInterventionsReport),
  };
}

/** Zones that are equally far ahead of UTC share answers: the vendor is not told more of them. */
export function toKeyParts({ bot, from, to, offsetSeconds }: BotDays): readonly (string | number)[] {
  return [bot, from, to, offsetSeconds];
}

function createNamespace<Stored>(endpoint: string, schema: ZodType<Stored>): CacheNamespace<BotDays, Stored> {
  return {
    endpoint,
    version: 2,
    keyParts: toKeyParts,
    isValid: (value): value is Stored => schema.safeParse(value).success,
  };
}

export const usageNamespace = createNamespace(USAGE_ENDPOINT, storedUsageSchema);
export const interventionsNamespace = createNamespace(INTERVENTIONS_ENDPOINT, storedInterventionsSchema);

/** Whether the days lie so far back that their counts stay as they are. */
function isSettled({ to, offsetSeconds }: BotDays, now: Instant): boolean {
  const end = startOfUtcDay(to) + DAY - offsetSeconds * SECOND;
  return end + SETTLING_MS <= now;
}

/** A failure of one key must not become that of its neighbours. */
function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
