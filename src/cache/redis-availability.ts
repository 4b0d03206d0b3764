import type { Clock } from '../domain/clock.ts';

/** A Redis that is away is looked for this often. Milliseconds. */
const PROBE_INTERVAL_MS = 1000;
/** One that goes away again as soon as it is back is looked for ever less often, up to this. Milliseconds. */
const MAX_PROBE_INTERVAL_MS = 60_000;

/** Whether Redis can be counted on. */
export interface AvailabilityMonitor {
  readonly isDown: () => boolean;
  /** Something failed: it counts as away until it has answered a probe, which nobody waits for. */
  readonly markDown: (error: unknown) => void;
  readonly stop: () => void;
}

export interface AvailabilityMonitorOptions {
  readonly clock: Clock;
  /** Whether Redis is as it should be; takes as long as it takes, and never rejects. */
  readonly probe: () => Promise<boolean>;
  readonly onDown: (error: unknown) => void;
  readonly onUp: () => void;
}

export function createAvailabilityMonitor({
  clock,
  probe,
  onDown,
  onUp,
}: AvailabilityMonitorOptions): AvailabilityMonitor {
  let down = false;
  let stopped = false;
  let probeIntervalMs = PROBE_INTERVAL_MS;
  let upSince = -Infinity;
  let cancelProbe: () => void = () => undefined;

  function scheduleProbe(): void {
    cancelProbe = clock.setTimer(probeIntervalMs, () => {
      void probe().then((isHealthy) => {
        if (stopped) return;
        if (!isHealthy) {
          scheduleProbe();
          return;
        }
        down = false;
        upSince = clock.monotonicMs();
        onUp();
      });
    });
  }

  return {
    isDown: () => down,
    markDown(error) {
      if (down || stopped) return;
      down = true;
      probeIntervalMs =
        clock.monotonicMs() - upSince < probeIntervalMs
          ? Math.min(2 * probeIntervalMs, MAX_PROBE_INTERVAL_MS)
          : PROBE_INTERVAL_MS;
      onDown(error);
      scheduleProbe();
    },
    stop() {
      stopped = true;
      cancelProbe();
    },
  };
}
