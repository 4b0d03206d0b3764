import pLimit from 'p-limit';
import { createCronSchedule } from '../config/cron.ts';
import type { WarmEntry } from '../config/warm.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';

/** How a run of a scheduled query ended. `incomplete`: its answer has errors. `failed`: it has no answer. */
export type WarmOutcome = 'complete' | 'incomplete' | 'failed';

/** One run of an entry: the time that it is scheduled for, and the next one. */
export interface WarmRun {
  /** The entry's place in the configuration. */
  readonly index: number;
  readonly entry: WarmEntry;
  readonly scheduledAt: Instant;
  readonly nextAt: Instant;
}

/** A run that has not ended when all are stopped. */
export interface UnfinishedRun {
  /** What its entry runs, and when: equal for the same entry of another configuration. */
  readonly entryKey: string;
  readonly scheduledAt: Instant;
  /** Whether this process has claimed it. */
  readonly isClaimed: boolean;
}

export interface WarmRunsOptions {
  readonly entries: readonly WarmEntry[];
  /** Those of a configuration before: they are run again, by the entries that are still there. */
  readonly unfinished?: readonly UnfinishedRun[];
  readonly clock: Clock;
  /** Resolves to whether this process, of those that share a cache, is the one that does what the name stands for. */
  readonly claim: (name: string) => Promise<boolean>;
  readonly execute: (run: WarmRun, signal: AbortSignal) => Promise<void>;
}

/** An administrator may set the clock while a run is waited for. */
const MAX_TIMER_MS = MINUTE;

/** Runs each entry at its times, one run after another. Returns how to stop, which returns the runs that have not ended. */
export function startWarmRuns(options: WarmRunsOptions): () => readonly UnfinishedRun[] {
  const { entries, unfinished = [], clock, claim, execute } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const cancels = new Map<WarmEntry, () => void>();
  const limitRuns = pLimit(1);
  const open = new Set<UnfinishedRun>();

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
        void run({ index, entry, scheduledAt, nextAt: nextAt ?? scheduledAt }, false);
      };
      cancels.set(entry, clock.setTimer(Math.min(leftMs, MAX_TIMER_MS), onTimer));
    };
    waitFor(next(clock.now()));
  }

  async function run(warmRun: WarmRun, wasClaimed: boolean): Promise<void> {
    const { entry, scheduledAt } = warmRun;
    const state = { entryKey: toKey(entry), scheduledAt, isClaimed: wasClaimed };
    open.add(state);
    await limitRuns(async () => {
      if (signal.aborted) return;
      state.isClaimed ||= await claim(toKey(entry, scheduledAt));
      if (state.isClaimed) await execute(warmRun, signal);
      open.delete(state);
    });
  }

  for (const { entryKey, scheduledAt, isClaimed } of unfinished) {
    const index = entries.findIndex((entry) => toKey(entry) === entryKey);
    const entry = entries[index];
    if (!entry) continue;
    const nextAt = createCronSchedule(entry.cron, entry.timeZone).next(clock.now()) ?? scheduledAt;
    void run({ index, entry, scheduledAt, nextAt }, isClaimed);
  }
  for (const [index, entry] of entries.entries()) schedule(index, entry);
  return () => {
    controller.abort();
    for (const cancel of cancels.values()) cancel();
    return [...open];
  };
}

/** What an entry runs, and when; of one of its runs, the name by which processes claim it. */
function toKey({ cron, text, variables, accounts }: WarmEntry, ...scheduledAt: readonly Instant[]): string {
  return JSON.stringify([...scheduledAt, cron, text, variables, accounts]);
}
