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
      if (timer === null) current = now();
      return current;
    },
    subscribe: (listener) => {
      if (timer === null) {
        current = now();
        timer = timers.start(tick, 1000);
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
