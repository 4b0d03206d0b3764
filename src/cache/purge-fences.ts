import type { Clock, Instant } from '../domain/clock.ts';
import { HOUR } from '../domain/time.ts';
import type { MatchesEntry } from './purge-rule.ts';

/** Longer than any fetch takes: what was requested before a purge has arrived by then. */
const FENCE_TTL_MS = HOUR;

/** The purges of an account in this process, which what was requested before them does not pass. */
export interface PurgeFences {
  readonly add: (matches: MatchesEntry) => void;
  /** Whether a value that was requested at this instant has been purged since. */
  readonly isPurged: (id: string, requestedAt: Instant) => boolean;
}

export function createPurgeFences(clock: Clock): PurgeFences {
  let fences: readonly { readonly matches: MatchesEntry; readonly at: Instant }[] = [];
  return {
    add(matches) {
      const now = clock.now();
      fences = [...fences.filter(({ at }) => now - at < FENCE_TTL_MS), { matches, at: now }];
    },
    isPurged: (id, requestedAt) => fences.some(({ matches, at }) => requestedAt <= at && matches(id)),
  };
}
