import { swrMs } from '../cache/freshness.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { TurnRefusedError } from './live-errors.ts';
import type { RunOutcome } from './ports.ts';

export interface RepeatedRunOptions<Outcome extends RunOutcome> {
  readonly clock: Clock;
  readonly run: (signal: AbortSignal) => Promise<Outcome>;
  /** The shortest time between the starts of two runs; Infinity: none follows by itself. */
  readonly intervalMs: (outcome: Outcome) => number;
  /** Called with every outcome, before those who wait for it continue. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Called where a scheduled run has failed. */
  readonly onFailure: (error: unknown) => void;
}

/** A run that is repeated whenever it can bring something new. One is under way at a time. */
export interface RepeatedRun<Outcome> {
  /**
   * The latest outcome while it is current, or just past its time while the next run replaces it; else that of the next run, which
   * starts at once. Rejects where the run does.
   */
  readonly current: () => Promise<Outcome>;
  /** What was read so far is outdated: runs again at once, after a run under way, whose outcome is passed to no reader. */
  readonly restart: () => void;
  /** Ends the repetition, and the run under way. */
  readonly stop: () => void;
}

/** The first run starts with the first call of `current`. */
export function createRepeatedRun<Outcome extends RunOutcome>(
  options: RepeatedRunOptions<Outcome>,
): RepeatedRun<Outcome> {
  const { clock, run, intervalMs, onOutcome, onFailure } = options;
  const controller = new AbortController();
  let latest: Outcome | null = null;
  let latestStartedAtMs = -Infinity;
  let running: Promise<Outcome> | null = null;
  let runningSinceMs = -Infinity;
  let restarts = 0;
  let cancelTimer: () => void = () => undefined;

  function scheduleAt(atMs: number): void {
    cancelTimer();
    if (atMs === Infinity || controller.signal.aborted) return;
    cancelTimer = clock.setTimer(atMs - clock.monotonicMs(), startUnasked);
  }

  function startUnasked(): void {
    start().catch((error: unknown) => {
      if (!controller.signal.aborted) onFailure(error);
    });
  }

  async function runOnce(isCurrent: () => boolean): Promise<Outcome> {
    const startedAtMs = clock.monotonicMs();
    runningSinceMs = startedAtMs;
    try {
      const outcome = await run(controller.signal);
      controller.signal.throwIfAborted();
      if (!isCurrent()) return outcome;
      [latest, latestStartedAtMs] = [outcome, startedAtMs];
      const endedAtMs = clock.monotonicMs();
      scheduleAt(Math.max(startedAtMs + intervalMs(outcome), endedAtMs + pollingPaceMs(outcome, endedAtMs)));
      onOutcome(outcome);
      return outcome;
    } catch (error) {
      // Without any outcome there is no subscriber yet.
      if (latest) scheduleAt(startedAtMs + Math.max(intervalMs(latest), retryDelayMs(error)));
      throw error;
    }
  }

  async function runUntilCurrent(): Promise<Outcome> {
    try {
      for (;;) {
        const restartsBefore = restarts;
        const isCurrent = () => restarts === restartsBefore || controller.signal.aborted;
        const outcome = await runOnce(isCurrent).catch((error: unknown) => {
          if (isCurrent()) throw error;
          return null;
        });
        if (outcome && isCurrent()) return outcome;
      }
    } finally {
      running = null;
    }
  }

  function start(): Promise<Outcome> {
    running ??= runUntilCurrent();
    return running;
  }

  return {
    current: () => {
      const nowMs = clock.monotonicMs();
      if (!latest?.isShareable || servedUntilMs(latest, latestStartedAtMs) <= (running ? runningSinceMs : nowMs))
        return start();
      if (latest.validUntilMs <= nowMs) startUnasked();
      return Promise.resolve(latest);
    },
    restart: () => {
      if (controller.signal.aborted) return;
      if (latest) latest = { ...latest, isShareable: false };
      if (running) restarts += 1;
      else if (latest) startUnasked();
    },
    stop: () => {
      cancelTimer();
      controller.abort();
    },
  };
}

/** Until when those who ask get an outcome: as cached values, it is served just past its time while it is replaced. */
function servedUntilMs({ validUntilMs }: RunOutcome, startedAtMs: number): number {
  return validUntilMs + Math.max(SECOND, swrMs(validUntilMs - startedAtMs));
}

/** As the `max-age` of a response: in whole seconds, so that parts that expire shortly after each other are read together. */
function pollingPaceMs({ validUntilMs }: RunOutcome, nowMs: number): number {
  return Math.max(1, Math.ceil((validUntilMs - nowMs) / SECOND)) * SECOND;
}

function retryDelayMs(error: unknown): number {
  return error instanceof TurnRefusedError ? error.retryAfterMs : SECOND;
}
