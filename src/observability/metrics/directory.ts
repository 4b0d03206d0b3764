import type { DirectoryMetrics } from '../../directory/ports.ts';
import { SECOND } from '../../domain/time.ts';
import type { AccountStateMetrics } from './accounts.ts';
import type { MetricFactory } from './registry.ts';

/** The metrics of the directory. */
export function createDirectoryMetrics({ counter, gauge }: MetricFactory): DirectoryMetrics & AccountStateMetrics {
  const discoveries = counter('discoveries_total', 'Discoveries of agents that called the vendor, by outcome.', [
    'account',
    'outcome',
  ]);
  const agents = gauge('discovered_agents', 'Agents known from the last discovery of the account.', ['account']);
  const lastSuccess = gauge(
    'discovery_last_success_timestamp_seconds',
    'Unix time at which the agents known of the account were fetched.',
    ['account'],
  );
  return {
    discoveryEnded: (end) => {
      const { account } = end;
      discoveries.inc({ account, outcome: end.outcome });
      agents.set({ account }, end.agents);
      if (end.fetchedAt !== null) lastSuccess.set({ account }, end.fetchedAt / SECOND);
    },
    forgetAccount: (account) => {
      agents.remove({ account });
      lastSuccess.remove({ account });
    },
  };
}
