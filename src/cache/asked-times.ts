import type { Clock, Instant } from '../domain/clock.ts';
import { UNSENT_REASONS, VendorError } from '../domain/vendor-error.ts';
import type { ReadOutcome } from './freshness.ts';
import type { Entry } from './store.ts';

/** Bounds the memory; a key that is forgotten counts as never asked, and the one forgotten is the one asked longest ago. */
const MAX_REMEMBERED_KEYS = 100_000;

/**
 * When keys were last asked for. It outlasts the cached values: with more keys than the rate limit can renew while they are
 * cached, each still has its turn. A failed call counts, too, or keys that keep failing would always go first.
 */
export interface AskedTimes {
  /** `wasSent`: whether a request for the key was sent. One that is cancelled before it is sent does not count. */
  readonly record: (id: string, outcome: ReadOutcome, wasSent: boolean) => void;
  /** The time of the key that was asked longest ago; undefined if one never was. */
  readonly oldest: (ids: readonly string[], stale: ReadonlyMap<string, Entry>) => Instant | undefined;
}

export function createAskedTimes(clock: Clock): AskedTimes {
  const times = new Map<string, Instant>();
  return {
    record(id, { result }, wasSent) {
      const error = result instanceof VendorError ? result : result.staleReason;
      if (error && (UNSENT_REASONS.has(error.reason ?? '') || (error.reason === 'cancelled' && !wasSent))) return;
      times.delete(id);
      times.set(id, clock.now());
      if (times.size <= MAX_REMEMBERED_KEYS) return;
      const [oldest] = times.keys();
      if (oldest !== undefined) times.delete(oldest);
    },
    oldest(ids, stale) {
      const earliest = ids.reduce(
        (time, id) => Math.min(time, Math.max(times.get(id) ?? -Infinity, stale.get(id)?.fetchedAt ?? -Infinity)),
        Infinity,
      );
      return earliest === -Infinity ? undefined : earliest;
    },
  };
}
