import type { Instant } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import type { MetricFactory } from './registry.ts';

/** How an attempt to change the configuration of the running process ended. */
export type ReloadOutcome = 'success' | 'failure';

/** The metrics of the configuration. */
export interface ConfigurationMetrics {
  /** The configuration is in force from this instant on. */
  readonly configLoaded: (at: Instant) => void;
  readonly configReloaded: (outcome: ReloadOutcome) => void;
  /** How many changed keys need a restart. */
  readonly configNeedsRestart: (keys: number) => void;
}

export function createConfigurationMetrics({ counter, gauge }: MetricFactory): ConfigurationMetrics {
  const reloads = counter('config_reloads_total', 'Reloads of the configuration by outcome.', ['outcome']);
  // An increase is only seen of a series that is there before.
  for (const outcome of ['success', 'failure'] satisfies ReloadOutcome[]) reloads.inc({ outcome }, 0);
  const isSuccessful = gauge(
    'config_last_reload_successful',
    'Whether the last reload, or the start, read a valid configuration.',
    [],
  );
  const loadedAt = gauge(
    'config_last_reload_success_timestamp_seconds',
    'Unix time since which the configuration has been in force.',
    [],
  );
  const needsRestart = gauge(
    'config_restart_required',
    'Changed keys of the configuration that take effect with the next start.',
    [],
  );
  isSuccessful.set(1);
  return {
    configLoaded: (at) => {
      loadedAt.set(at / SECOND);
    },
    configReloaded: (outcome) => {
      reloads.inc({ outcome });
      isSuccessful.set(outcome === 'success' ? 1 : 0);
    },
    configNeedsRestart: (keys) => {
      needsRestart.set(keys);
    },
  };
}
