import type { MetricsReport } from './registry.ts';

/** How gauges of several processes become one; all other metrics of the gateway are summed. */
const AGGREGATORS: Readonly<Record<string, 'first' | 'max' | 'min'>> = {
  switchboard_build_info: 'first',
  // The worst that a process knows.
  switchboard_account_state: 'max',
  switchboard_circuit_state: 'max',
  switchboard_ready: 'min',
  switchboard_redis_up: 'min',
  switchboard_retry_after_gate_timestamp_seconds: 'max',
  switchboard_config_last_reload_successful: 'min',
  switchboard_config_last_reload_success_timestamp_seconds: 'min',
  switchboard_config_restart_required: 'max',
  // What all processes know alike.
  switchboard_discovered_agents: 'max',
  switchboard_discovery_last_success_timestamp_seconds: 'max',
  switchboard_quota_limit: 'max',
  // The oldest process; prom-client omits it.
  process_start_time_seconds: 'min',
};

/** The name of prom-client's function that makes one metric of those of several processes. */
export function aggregatorOf({ name, aggregator }: { readonly name: string; readonly aggregator: string }): string {
  return AGGREGATORS[name] ?? aggregator;
}

type Metric = MetricsReport[number];
type Sample = Metric['values'][number];

/**
 * Whether the processes measure the same thing with this sample: the one file of `cache.path`. They have it from their last write
 * each, so that the figures can differ. What they count themselves is summed.
 */
function isOfAll({ type }: Metric, { labels }: Sample): boolean {
  return String(type) === 'gauge' && labels.level === 'disk';
}

/** Leaves of the samples that all processes measure alike the greatest one, so that a sum over the reports has it once. */
export function withoutRepetition(reports: readonly MetricsReport[]): readonly MetricsReport[] {
  const greatest = new Map<string, Sample>();
  for (const metric of reports.flat())
    for (const sample of metric.values.filter((of) => isOfAll(metric, of)))
      if (sample.value > (greatest.get(metric.name)?.value ?? -Infinity)) greatest.set(metric.name, sample);
  return reports.map((metrics) =>
    metrics.map((metric) => ({
      ...metric,
      values: metric.values.filter((sample) => !isOfAll(metric, sample) || greatest.get(metric.name) === sample),
    })),
  );
}
