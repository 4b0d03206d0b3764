import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { CallPriority } from './types.ts';

/** The share of a rate limit that stays for calls of live data, even after a minute without any. */
const MIN_LIVE_RATIO = 1 / 4;
/** The share that calls of live data can hold against calls of past ranges. */
const MAX_LIVE_RATIO = 3 / 4;

/** Keeps a burst of calls of past ranges from using the whole minute's quota before calls of live data arrive. */
export interface PastAllowance {
  /** Milliseconds until a call of a past range may start, as far as known now; 0 when it may. */
  readonly waitMs: () => number;
  readonly recordStart: (priority: CallPriority) => void;
}

/**
 * In any minute, calls of past ranges take what the limit leaves of the live calls of the last minute, but at least a quarter
 * of the limit (and 1 call), and at most three quarters, as far as the limit can be divided. Of a fleet, each process counts
 * its own calls against its share of the limit: the live calls of the other processes have theirs.
 */
export function createPastAllowance(
  maxPerMinute: number | undefined,
  clock: Clock,
  fleetSize: () => number = () => 1,
): PastAllowance {
  if (maxPerMinute === undefined) return { waitMs: () => 0, recordStart: () => undefined };
  const starts: Record<CallPriority, number[]> = { live: [], past: [] };

  function recentStarts(priority: CallPriority): readonly number[] {
    const times = starts[priority];
    const firstRecent = times.findIndex((time) => time + MINUTE > clock.monotonicMs());
    times.splice(0, firstRecent < 0 ? times.length : firstRecent);
    return times;
  }

  return {
    waitMs() {
      const share = maxPerMinute / Math.max(1, fleetSize());
      const live = recentStarts('live').length;
      const reserved = Math.min(Math.max(live, Math.floor(share * MIN_LIVE_RATIO)), Math.floor(share * MAX_LIVE_RATIO));
      const past = recentStarts('past');
      const allowed = Math.max(1, Math.floor(share) - reserved);
      const freedBy = past[past.length - allowed];
      return freedBy === undefined ? 0 : freedBy + MINUTE - clock.monotonicMs();
    },
    recordStart(priority) {
      starts[priority].push(clock.monotonicMs());
    },
  };
}
