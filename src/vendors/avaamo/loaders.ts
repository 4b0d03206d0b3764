import DataLoader from 'dataloader';
import type { ZodType } from 'zod';
import type { Cached, Space } from '../../cache/cache.ts';
import { orNotFound } from '../../cache/not-found.ts';
import type { Instant } from '../../domain/clock.ts';
import { DAY, HOUR, SECOND, startOfUtcDay } from '../../domain/time.ts';
import type { CallScope } from '../../http/call.ts';
import type { QueryScope, Shared } from '../vendor.ts';
import { type AvaamoClient, type BotDays, INTERVENTIONS, USAGE } from './client.ts';
import { type Measured, fromIntervention, fromUsage } from './map.ts';
import { interventions, usage } from './wire.ts';

/** How long after its last day a count may still change: late sessions, and clocks that changed within the days. */
const SETTLES_AFTER = 6 * HOUR;

/** One key is one call: neither endpoint takes several bots or several spans. */
export interface UsageLoaders {
  readonly usage: DataLoader<BotDays, Cached<Measured>, string>;
  readonly interventions: DataLoader<BotDays, Cached<Measured>, string>;
}

/** Loaders for one query; what they load is kept beyond it by the account's cache, in the vendor's words. */
export function openLoaders(client: AvaamoClient, { cache, ttl }: Shared, query: QueryScope): UsageLoaders {
  function loaderOf<Reply extends { readonly isWhole: boolean }>(
    space: Space<BotDays, Reply>,
    call: (asked: BotDays, scope: CallScope) => Promise<Reply>,
    read: (reply: Reply) => Measured,
  ): DataLoader<BotDays, Cached<Measured>, string> {
    async function load(asked: BotDays): Promise<Cached<Measured>> {
      const ttlSeconds = isSettled(asked, query.now) ? ttl.usagePast : ttl.usageLive;
      const cached = await cache.read(space, asked, query, (scope) =>
        orNotFound(async () => {
          const value = await call(asked, scope);
          return { value, ttlSeconds: value.isWhole ? ttlSeconds : Math.min(ttlSeconds, ttl.usageLive) };
        }, ttlSeconds),
      );
      return { ...cached, value: read(cached.value) };
    }
    return new DataLoader((keys) => Promise.all(keys.map((asked) => load(asked).catch(asError))), {
      cacheKeyFn: (asked) => canonical(asked).join(' '),
    });
  }

  return {
    usage: loaderOf(usageSpace, client.usage, fromUsage),
    interventions: loaderOf(interventionSpace, client.interventions, fromIntervention),
  };
}

/** Zones that are equally far ahead of UTC share answers: the vendor is not told more of them. */
export function canonical({ bot, from, to, offsetSeconds }: BotDays): readonly (string | number)[] {
  return [bot, from, to, offsetSeconds];
}

function spaceOf<Reply>(endpoint: string, form: ZodType<Reply>): Space<BotDays, Reply> {
  return { endpoint, version: 2, canonical, isValue: (value): value is Reply => form.safeParse(value).success };
}

export const usageSpace = spaceOf(USAGE, usage);
export const interventionSpace = spaceOf(INTERVENTIONS, interventions);

/** Whether the days lie so far back that their counts stay as they are. */
function isSettled({ to, offsetSeconds }: BotDays, now: Instant): boolean {
  const end = startOfUtcDay(to) + DAY - offsetSeconds * SECOND;
  return end + SETTLES_AFTER <= now;
}

/** A failure of one key must not become that of its neighbours. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
