import prometheus from 'prom-client';
import { createTalliedHistogram, type TalliedHistogram } from './tallied-histogram.ts';

/** The metrics of a process. */
export type MetricsReport = Awaited<ReturnType<prometheus.Registry['getMetricsAsJSON']>>;

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Creates the metrics of one app: their names start with `switchboard_`, and they are registered with the app's registry. */
export interface MetricFactory {
  readonly counter: <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    /** Sets the value when /metrics is read; it must never fall. */
    collect?: (counter: prometheus.Counter<Label>) => void,
  ) => prometheus.Counter<Label>;
  readonly gauge: <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    /** Sets the value when /metrics is read. */
    collect?: (gauge: prometheus.Gauge<Label>) => void,
  ) => prometheus.Gauge<Label>;
  /** A histogram in seconds; the buckets suit the durations of calls where they are absent. */
  readonly histogram: <const Labels extends readonly string[]>(
    name: string,
    help: string,
    labelNames: Labels,
    bucketsSeconds?: readonly number[],
  ) => TalliedHistogram<Labels>;
}

export function createMetricFactory(registry: prometheus.Registry): MetricFactory {
  const registers = [registry];
  const prefixed = (name: string): string => `switchboard_${name}`;
  return {
    counter: (name, help, labelNames, collect) => {
      const counter = new prometheus.Counter({
        name: prefixed(name),
        help,
        labelNames,
        registers,
        ...(collect && {
          collect: () => {
            counter.reset();
            collect(counter);
          },
        }),
      });
      return counter;
    },
    gauge: (name, help, labelNames, collect) => {
      const gauge = new prometheus.Gauge({
        name: prefixed(name),
        help,
        labelNames,
        registers,
        ...(collect && {
          collect: () => {
            collect(gauge);
          },
        }),
      });
      return gauge;
    },
    histogram: (name, help, labelNames, bucketsSeconds = DURATION_BUCKETS_SECONDS) =>
      createTalliedHistogram(registry, { name: prefixed(name), help, labelNames, buckets: bucketsSeconds }),
  };
}
