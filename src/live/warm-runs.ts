import pLimit from 'p-limit';
import { createCronSchedule } from '../config/cron.ts';
import type { WarmEntry } from '../config/warm.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import { claimRun, createTakeOver, type RunClaims, TAKE_OVER_MS } from './take-over.ts';

/** How a run of a scheduled query ended. `incomplete`: its answer has errors. `failed`: it has no answer. */
export type WarmOutcome = 'complete' | 'incomplete' | 'failed';

/** One run of an entry: the time that it is scheduled for, and the next one. */
export interface WarmRun {
  /** The entry's place in the configuration. */
  readonly index: number;
  readonly entry: WarmEntry;
  readonly scheduledAt: Instant;
  /** Infinity: there is none. */
  readonly nextAt: Instant;
}

/** A run that has not ended when all are stopped. */
export interface UnfinishedRun {
  /** What its entry runs, and when: equal for the same entry of another configuration. */
  readonly entryKey: string;
  /** The name by which processes claim it. */
  readonly claimName: string;
  readonly scheduledAt: Instant;
  /** Whether this process has claimed it. */
  readonly isClaimed: boolean;
}

export interface WarmRunsOptions {
  readonly entries: readonly WarmEntry[];
  /** Those of a configuration before: they are run again, by the entries that are still there. */
  readonly unfinished?: readonly UnfinishedRun[];
  readonly clock: Clock;
  readonly claims: RunClaims;
  readonly execute: (run: WarmRun, signal: AbortSignal) => Promise<void>;
}

/** An administrator may set the clock while a run is waited for. */
const MAX_TIMER_MS = MINUTE;

/** Runs each entry at its times, one run after another. Returns how to stop, which returns the runs that have not ended. */
export function startWarmRuns(options: WarmRunsOptions): () => readonly UnfinishedRun[] {
  const { entries, unfinished = [], clock, claims, execute } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const cancels = new Map<WarmEntry, () => void>();
  const limitRuns = pLimit(1);
  const open = new Set<UnfinishedRun>();
  const takeOver = createTakeOver({ clock, claims, signal });

  function schedule(index: number, entry: WarmEntry): void {
    const { next } = createCronSchedule(entry.cron, entry.timeZone);
    const waitFor = (scheduledAt: Instant | null): void => {
      if (scheduledAt === null || signal.aborted) return;
      const leftMs = scheduledAt - clock.now();
      const onTimer = (): void => {
        if (clock.now() < scheduledAt) {
          waitFor(scheduledAt);
          return;
        }
        // Times that have passed meanwhile are left out.
        const nextAt = next(Math.max(scheduledAt, clock.now()));
        waitFor(nextAt);
        void run({ index, entry, scheduledAt, nextAt: nextAt ?? Infinity }, false);
      };
      cancels.set(entry, clock.setTimer(Math.min(leftMs, MAX_TIMER_MS), onTimer));
    };
    const nextAt = next(clock.now());
    waitFor(nextAt);
    const missedAt = findLast(next, clock.now());
    if (missedAt !== null) takeOverRun({ index, entry, scheduledAt: missedAt, nextAt: nextAt ?? Infinity });
  }

  function takeOverRun(warmRun: WarmRun): void {
    takeOver({
      ...warmRun,
      claimName: toKey(warmRun.entry, warmRun.scheduledAt),
      onGranted: () => void run(warmRun, true),
    });
  }

  async function run(warmRun: WarmRun, wasClaimed: boolean): Promise<void> {
    const { entry, scheduledAt } = warmRun;
    const claimName = toKey(entry, scheduledAt);
    const state = { entryKey: toKey(entry), claimName, scheduledAt, isClaimed: wasClaimed };
    open.add(state);
    await limitRuns(async () => {
      if (signal.aborted) return;
      const outcome = wasClaimed ? 'granted' : await claimRun({ claims, signal }, claimName, 'keep');
      if (outcome === 'aborted') return;
      state.isClaimed = outcome !== 'taken';
      if (state.isClaimed) await execute(warmRun, signal);
      else takeOverRun(warmRun);
      open.delete(state);
    });
  }

  for (const { entryKey, scheduledAt, isClaimed } of unfinished) {
    const index = entries.findIndex((entry) => toKey(entry) === entryKey);
    const entry = entries[index];
    if (!entry) continue;
    const nextAt = createCronSchedule(entry.cron, entry.timeZone).next(clock.now()) ?? Infinity;
    void run({ index, entry, scheduledAt, nextAt }, isClaimed);
  }
  for (const [index, entry] of entries.entries()) schedule(index, entry);
  return () => {
    controller.abort();
    for (const cancel of cancels.values()) cancel();
    return [...open];
  };
}

/** The last time of a schedule that is not too late yet; null: there is none. */
function findLast(next: (after: Instant) => Instant | null, now: Instant): Instant | null {
  let last: Instant | null = null;
  for (let at = next(now - TAKE_OVER_MS); at !== null && at <= now; at = next(at)) last = at;
  return last;
}

/** What an entry runs, and when; of one of its runs, the name by which processes claim it. */
function toKey({ cron, timeZone, text, variables, accounts }: WarmEntry, ...scheduledAt: readonly Instant[]): string {
  return JSON.stringify([...scheduledAt, cron, timeZone, text, variables, accounts]);
}
