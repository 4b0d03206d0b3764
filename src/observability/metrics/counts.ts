import prometheus from 'prom-client';
import type { MetricsReport } from './registry.ts';

/** Exported by prom-client, but missing in its types. */
const { sum } = (prometheus as unknown as { aggregators: { sum: (same: MetricsReport) => MetricsReport[number] } })
  .aggregators;

/** Their values only ever grow. Gauges say how things are now, which ends with the process. */
const GROWING_TYPES: readonly unknown[] = ['counter', 'histogram', 'summary'];

/** The sum of what processes have counted: their counters and histograms, without gauges. */
export function sumCounts(reports: readonly MetricsReport[]): MetricsReport {
  const byName = new Map<string, MetricsReport>();
  for (const metric of reports.flat()) {
    if (!GROWING_TYPES.includes(metric.type)) continue;
    const same = byName.get(metric.name);
    if (same) same.push(metric);
    else byName.set(metric.name, [metric]);
  }
  return [...byName.values()].map(sum);
}
