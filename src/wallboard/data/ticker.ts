/** Gives the time to everything that shows a duration, once a second and at the same instant. */
export interface Ticker {
  readonly now: () => number;
  /** Returns what ends the subscription. */
  readonly subscribe: (listener: () => void) => () => void;
}

export interface TickerTimers {
  readonly start: (callback: () => void, ms: number) => number;
  readonly stop: (id: number) => void;
}

const TICK_MS = 1000;
/** A time that far from the last tick is that of a clock that was set, or of a page whose timers are held back. */
const JUMP_MS = 2 * TICK_MS;

/** Runs only while it has listeners. Between two ticks the time stands still, so that rows that are drawn apart agree. */
export function createTicker(now: () => number, timers: TickerTimers): Ticker {
  const listeners = new Set<() => void>();
  let current = now();
  let timer: number | null = null;
  const tick = () => {
    current = now();
    for (const listener of [...listeners]) listener();
  };
  return {
    now: () => {
      const latest = now();
      if (timer === null || Math.abs(latest - current) >= JUMP_MS) current = latest;
      return current;
    },
    subscribe: (listener) => {
      if (timer === null) {
        current = now();
        timer = timers.start(tick, TICK_MS);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        timers.stop(timer);
        timer = null;
      };
    },
  };
}
