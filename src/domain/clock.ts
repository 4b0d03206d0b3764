/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** The only source of time in the gateway, so that tests can move it. */
export interface Clock {
  /** The instant that the wall clock shows. */
  now(): Instant;
  /** Milliseconds on a clock that is never set back; only differences mean anything. */
  monotonicMs(): number;
  /** Calls back after `ms` milliseconds unless the returned function is called first. */
  setTimer(ms: number, callback: () => void): () => void;
}

// Beyond this, setTimeout fires at once instead of late.
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
