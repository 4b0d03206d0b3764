import type { Clock } from '../domain/clock.ts';

/** The first interval between two probes of a Redis that is down. */
const PROBE_INTERVAL_MS = 1000;
/** The interval doubles, up to this, for a Redis that goes down again soon after it is back. */
const MAX_PROBE_INTERVAL_MS = 60_000;

/** Tracks whether Redis is available. */
export interface AvailabilityMonitor {
  readonly isDown: () => boolean;
  /** Reports a failure: Redis counts as down until it has answered a background probe. */
  readonly markDown: (error: unknown) => void;
  readonly stop: () => void;
}

export interface AvailabilityMonitorOptions {
  readonly clock: Clock;
  /** Resolves to whether Redis works; may take any time, and never rejects. */
  readonly probe: () => Promise<boolean>;
  readonly onDown: (error: unknown) => void;
  readonly onUp: () => void;
}

export function createAvailabilityMonitor(options: AvailabilityMonitorOptions): AvailabilityMonitor {
  const { clock, onDown, onUp } = options;
  let down = false;
  let probeIntervalMs = PROBE_INTERVAL_MS;
  let upSince = -Infinity;
  const prober = createProber(options, () => {
    down = false;
    upSince = clock.monotonicMs();
    onUp();
  });

  return {
    isDown: () => down,
    markDown(error) {
      if (down || prober.isStopped()) return;
      down = true;
      const wentDownSoon = clock.monotonicMs() - upSince < probeIntervalMs;
      probeIntervalMs = wentDownSoon ? Math.min(2 * probeIntervalMs, MAX_PROBE_INTERVAL_MS) : PROBE_INTERVAL_MS;
      onDown(error);
      prober.start(probeIntervalMs);
    },
    stop: prober.stop,
  };
}

/** Probes at an interval until a probe succeeds. */
function createProber({ clock, probe }: AvailabilityMonitorOptions, onSuccess: () => void) {
  let stopped = false;
  let cancelProbe: () => void = () => undefined;

  function start(intervalMs: number): void {
    cancelProbe = clock.setTimer(intervalMs, () => {
      void probe().then((isHealthy) => {
        if (stopped) return;
        if (isHealthy) onSuccess();
        else start(intervalMs);
      });
    });
  }

  return {
    start,
    isStopped: () => stopped,
    stop: () => {
      stopped = true;
      cancelProbe();
    },
  };
}
