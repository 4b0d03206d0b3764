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
  /** What is known is not true any more: the next run follows as soon as the interval allows, also after one that is under way. */
  readonly outdate: () => void;
  /** Ends the repetition, and the run under way. */
  readonly stop: () => void;
}

/** The latest outcome, and the run that brought it. */
interface Latest<Outcome> {
  readonly outcome: Outcome;
  readonly startedAtMs: number;
  readonly isOutdated: boolean;
}

/** The first run starts with the first call of `current`. */
export function createRepeatedRun<Outcome extends RunOutcome>(
  options: RepeatedRunOptions<Outcome>,
): RepeatedRun<Outcome> {
  return new ScheduledRun(options);
}

class ScheduledRun<Outcome extends RunOutcome> implements RepeatedRun<Outcome> {
  readonly #options: RepeatedRunOptions<Outcome>;
  readonly #controller = new AbortController();
  #latest: Latest<Outcome> | null = null;
  #running: Promise<Outcome> | null = null;
  #startedAtMs = -Infinity;
  /** How often `outdate` was called. */
  #outdatedCount = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: RepeatedRunOptions<Outcome>) {
    this.#options = options;
  }

  current(): Promise<Outcome> {
    const nowMs = this.#options.clock.monotonicMs();
    const served = this.#latest && this.#servedUntilMs(this.#latest);
    if (!this.#latest || served === null || served <= (this.#running ? this.#startedAtMs : nowMs)) return this.#start();
    const { outcome } = this.#latest;
    if (outcome.validUntilMs <= nowMs) this.#startScheduled();
    return Promise.resolve(outcome);
  }

  outdate(): void {
    this.#outdatedCount += 1;
    if (!this.#latest) return;
    this.#latest = { ...this.#latest, isOutdated: true };
    const { outcome, startedAtMs } = this.#latest;
    if (!this.#running) this.#scheduleAt(startedAtMs + this.#options.intervalMs(outcome));
  }

  stop(): void {
    this.#cancelTimer();
    this.#controller.abort();
  }

  /** Until when those who ask are served the latest outcome; null: they wait for the run under way, or the next one. */
  #servedUntilMs({ outcome, startedAtMs, isOutdated }: Latest<Outcome>): number | null {
    if (isOutdated || !outcome.isShareable) return null;
    return outcome.validUntilMs + Math.max(SECOND, swrMs(outcome.validUntilMs - startedAtMs));
  }

  #scheduleAt(atMs: number): void {
    const { clock } = this.#options;
    this.#cancelTimer();
    if (atMs === Infinity || this.#controller.signal.aborted) return;
    this.#cancelTimer = clock.setTimer(atMs - clock.monotonicMs(), () => {
      this.#startScheduled();
    });
  }

  #startScheduled(): void {
    this.#start().catch((error: unknown) => {
      if (!this.#controller.signal.aborted) this.#options.onFailure(error);
    });
  }

  #start(): Promise<Outcome> {
    this.#running ??= this.#runOnce();
    return this.#running;
  }

  async #runOnce(): Promise<Outcome> {
    const { clock, run, intervalMs, onOutcome } = this.#options;
    const startedAtMs = clock.monotonicMs();
    this.#startedAtMs = startedAtMs;
    const outdatedCount = this.#outdatedCount;
    try {
      const outcome = await run(this.#controller.signal);
      this.#controller.signal.throwIfAborted();
      const isOutdated = this.#outdatedCount > outdatedCount;
      this.#latest = { outcome, startedAtMs, isOutdated };
      const endedAtMs = clock.monotonicMs();
      const nextChangeAtMs = isOutdated ? endedAtMs : endedAtMs + pollingPaceMs(outcome, endedAtMs);
      this.#scheduleAt(Math.max(startedAtMs + intervalMs(outcome), nextChangeAtMs));
      onOutcome(outcome);
      return outcome;
    } catch (error) {
      // Without any outcome there is no subscriber yet.
      const latest = this.#latest;
      if (latest) this.#scheduleAt(startedAtMs + Math.max(intervalMs(latest.outcome), retryDelayMs(error)));
      throw error;
    } finally {
      this.#running = null;
    }
  }
}

/** As the `max-age` of a response: in whole seconds, so that parts that expire shortly after each other are read together. */
function pollingPaceMs({ validUntilMs }: RunOutcome, nowMs: number): number {
  return Math.max(1, Math.ceil((validUntilMs - nowMs) / SECOND)) * SECOND;
}

function retryDelayMs(error: unknown): number {
  return error instanceof TurnRefusedError ? error.retryAfterMs : SECOND;
}
