/** The gateway's time, by which durations are right on a screen whose own clock is wrong. */
export interface GatewayClock {
  readonly now: () => number;
  /** Reads the `Date` of an answer. */
  readonly observe: (dateHeader: string | null, sentAt: number, receivedAt: number) => void;
}

/** `Date` has whole seconds: a smaller difference is none. */
const MIN_OFFSET_MS = 2_000;

export function createGatewayClock(localNow: () => number): GatewayClock {
  let offsetMs = 0;
  return {
    now: () => localNow() + offsetMs,
    observe: (dateHeader, sentAt, receivedAt) => {
      const date = Date.parse(dateHeader ?? '');
      if (Number.isNaN(date)) return;
      // The header was written between the two, and cut to the second. An answer that was long on its way says little.
      if (offsetMs >= date - receivedAt && offsetMs <= date + 1000 - sentAt) return;
      const offset = date + 500 - (sentAt + receivedAt) / 2;
      offsetMs = Math.abs(offset) < MIN_OFFSET_MS ? 0 : Math.round(offset);
    },
  };
}

/** A `fetch` that sets the clock by the time at which the gateway answered. */
export function createObservingFetch(
  clock: GatewayClock,
  localNow: () => number,
  send: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return async (...args) => {
    const sentAt = localNow();
    const response = await send(...args);
    clock.observe(response.headers.get('date'), sentAt, localNow());
    return response;
  };
}
