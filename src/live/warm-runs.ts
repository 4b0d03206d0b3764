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

export interface WarmRunsOptions {
  readonly entries: readonly WarmEntry[];
  readonly clock: Clock;
  /** Resolves to whether this process, of those that share a cache, is the one that does what the name stands for. */
  readonly claim: (name: string) => Promise<boolean>;
  readonly execute: (run: WarmRun, signal: AbortSignal) => Promise<void>;
}

/** An administrator may set the clock while a run is waited for. */
const MAX_TIMER_MS = MINUTE;

/** Runs each entry at its times, one run after another. Returns how to stop. */
export function startWarmRuns({ entries, clock, claim, execute }: WarmRunsOptions): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const cancels = new Map<WarmEntry, () => void>();
  const limitRuns = pLimit(1);

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
        void run({ index, entry, scheduledAt, nextAt: nextAt ?? scheduledAt });
      };
      cancels.set(entry, clock.setTimer(Math.min(leftMs, MAX_TIMER_MS), onTimer));
    };
    waitFor(next(clock.now()));
  }

  async function run(warmRun: WarmRun): Promise<void> {
    const { cron, text, variables, accounts } = warmRun.entry;
    const name = JSON.stringify([warmRun.scheduledAt, cron, text, variables, accounts]);
    await limitRuns(async () => {
      if (!signal.aborted && (await claim(name))) await execute(warmRun, signal);
    });
  }

  for (const [index, entry] of entries.entries()) schedule(index, entry);
  return () => {
    controller.abort();
    for (const cancel of cancels.values()) cancel();
  };
}
