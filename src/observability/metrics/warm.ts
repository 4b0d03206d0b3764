import type { WarmOutcome } from '../../live/warm-runs.ts';
import type { MetricFactory } from './registry.ts';

export interface WarmMetrics {
  readonly warmRun: (outcome: WarmOutcome) => void;
}

export function createWarmMetrics({ counter }: MetricFactory): WarmMetrics {
  const runs = counter('warm_runs_total', 'Runs of scheduled queries by outcome.', ['outcome']);
  // An increase is only seen of a series that is there before.
  for (const outcome of ['complete', 'incomplete', 'failed'] satisfies WarmOutcome[]) runs.inc({ outcome }, 0);
  return {
    warmRun: (outcome) => {
      runs.inc({ outcome });
    },
  };
}
