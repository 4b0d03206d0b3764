import type { Clock } from '../domain/clock.ts';

/** A Redis that is away is looked for this often. Milliseconds. */
const REST = 1000;
/** One that goes away again as soon as it is back is looked for ever less often, up to this. Milliseconds. */
const LONGEST_REST = 60_000;

/** Whether Redis can be counted on. */
export interface Presence {
  readonly isAway: () => boolean;
  /** Something failed: it counts as away until it has answered a probe, which nobody waits for. */
  readonly lost: (error: unknown) => void;
  readonly stop: () => void;
}

export interface PresenceOptions {
  readonly clock: Clock;
  /** Whether Redis is as it should be; takes as long as it takes, and never rejects. */
  readonly probe: () => Promise<boolean>;
  readonly onAway: (error: unknown) => void;
  readonly onBack: () => void;
}

export function createPresence({ clock, probe, onAway, onBack }: PresenceOptions): Presence {
  let away = false;
  let stopped = false;
  let rest = REST;
  let backAt = -Infinity;
  let forget: () => void = () => undefined;

  function watch(): void {
    forget = clock.after(rest, () => {
      void probe().then((answered) => {
        if (stopped) return;
        if (!answered) {
          watch();
          return;
        }
        away = false;
        backAt = clock.elapsed();
        onBack();
      });
    });
  }

  return {
    isAway: () => away,
    lost(error) {
      if (away || stopped) return;
      away = true;
      rest = clock.elapsed() - backAt < rest ? Math.min(2 * rest, LONGEST_REST) : REST;
      onAway(error);
      watch();
    },
    stop() {
      stopped = true;
      forget();
    },
  };
}
