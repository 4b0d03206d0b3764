import { SECOND } from '../../domain/time.ts';
import { isNotFound } from '../../domain/vendor-error.ts';
import type { SourceObserver } from '../../gather/ports.ts';
import type { DropReason } from '../../vendors/ports.ts';
import type { MetricFactory } from './registry.ts';
import { createTally } from './tally.ts';

/** From the poll of a wallboard to the longest that a value is served while its vendor fails. */
const AGE_BUCKETS_SECONDS = [1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800];

/** The metrics of what queries are answered with. */
export interface SourceMetrics extends SourceObserver {
  readonly recordsDropped: (account: string, endpoint: string, reason: DropReason, count: number) => void;
}

export function createSourceMetrics({ counter, histogram }: MetricFactory): SourceMetrics {
  const help = 'Contributions of accounts to fields and discoveries, by outcome.';
  const sourceLabels = ['account', 'endpoint', 'outcome'] as const;
  const sources = createTally(sourceLabels);
  counter('sources_total', help, sourceLabels, sources.report);
  const dropped = counter('records_dropped_total', 'Records and files left out of vendor responses, by reason.', [
    'account',
    'endpoint',
    'reason',
  ]);
  const liveAges = histogram(
    'live_data_age_seconds',
    'Age of the live data that was served, once for each agent.',
    ['account', 'endpoint'],
    AGE_BUCKETS_SECONDS,
  );
  return {
    sourceReported: ({ account, endpoint, outcome, error }) => {
      // Callers ask for agents that have left, too: only other failures are worth an alert.
      const label = outcome === 'FAILED' && error && isNotFound(error) ? error.code : outcome;
      sources.add([account, endpoint, label]);
    },
    liveDataServed: ({ account, endpoint }, ageMs) => {
      liveAges.observe(ageMs / SECOND, account, endpoint);
    },
    recordsDropped: (account, endpoint, reason, count) => {
      dropped.inc({ account, endpoint, reason }, count);
    },
  };
}
