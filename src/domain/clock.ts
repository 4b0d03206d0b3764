/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** The only source of time in the gateway, so that tests can control it. */
export interface Clock {
  /** Returns the wall-clock time. */
  now(): Instant;
  /** Returns the time of a monotonic clock; only differences are meaningful. */
  monotonicMs(): number;
  /** Calls back after `ms`, unless the returned function is called first. */
  setTimer(ms: number, callback: () => void): () => void;
}

/** The time on the monotonic clock at which an instant comes; Infinity for null, which never comes. */
export function toMonotonicMs(instant: Instant | null, clock: Pick<Clock, 'now' | 'monotonicMs'>): number {
  return instant === null ? Infinity : clock.monotonicMs() + (instant - clock.now());
}

// With a longer delay, setTimeout fires at once.
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
