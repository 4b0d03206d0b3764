import type { Histogram, LabelValues, Registry } from 'prom-client';
import { createSeriesIndex } from './series-index.ts';

/** Counts durations of every request, call and agent: a histogram of prom-client checks and joins its labels each time. */
export interface TalliedHistogram<Labels extends readonly string[]> {
  /** `labelValues` are those of the labels, in their order. Throws a TypeError if the value is not a finite number. */
  readonly observe: (value: number, ...labelValues: { readonly [Index in keyof Labels]: string }) => void;
}

interface TalliedHistogramOptions<Labels extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: Labels;
  /** The upper bounds of the buckets, in ascending order. */
  readonly buckets: readonly number[];
}

interface HistogramSeries {
  readonly labels: LabelValues<string>;
  /** The values of each bucket that are in no smaller one; the last bucket is that without a bound. */
  readonly counts: Float64Array;
  sum: number;
}

/** Its registry exports it as it exports a histogram of prom-client, without exemplars. */
export function createTalliedHistogram<const Labels extends readonly string[]>(
  registry: Registry,
  { name, help, labelNames, buckets }: TalliedHistogramOptions<Labels>,
): TalliedHistogram<Labels> {
  const upperBounds = [...buckets, Infinity];
  const series = createSeriesIndex(labelNames, (labels): HistogramSeries => ({
    labels,
    counts: new Float64Array(upperBounds.length),
    sum: 0,
  }));
  // Like every metric without labels, it starts with 0.
  if (labelNames.length === 0) series.find([]);
  const get = () => {
    const values = series.all.flatMap((counted) => toSamples(name, upperBounds, counted));
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  };
  // All that the registry uses of a metric.
  registry.registerMetric({ name, get } as unknown as Histogram);
  return {
    observe: (value, ...labelValues) => {
      if (!Number.isFinite(value)) throw new TypeError(`${name}: ${value} is not a finite number`);
      const observed = series.find(labelValues);
      // `findIndex` would take as long as all the rest.
      let bucket = 0;
      while (value > (upperBounds[bucket] ?? Infinity)) bucket += 1;
      observed.counts[bucket] = (observed.counts[bucket] ?? 0) + 1;
      observed.sum += value;
    },
  };
}

function toSamples(name: string, upperBounds: readonly number[], { labels, counts, sum }: HistogramSeries) {
  let count = 0;
  const buckets = upperBounds.map((bound, index) => {
    count += counts[index] ?? 0;
    const le = bound === Infinity ? '+Inf' : bound;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
