import type { Counter, LabelValues } from 'prom-client';
import { createSeriesIndex } from './series-index.ts';

/** Counts what happens in every request: a counter of prom-client checks and joins its labels each time. */
export interface Tally<Label extends string> {
  /** Counts one or more; `values` are those of the labels, in their order. */
  readonly add: (values: readonly (string | number)[], count?: number) => void;
  /** Passes all counts to a counter that has been reset. */
  readonly report: (counter: Counter<Label>) => void;
}

export function createTally<Label extends string>(labelNames: readonly Label[]): Tally<Label> {
  const series = createSeriesIndex(labelNames, (labels: LabelValues<Label>) => ({ labels, count: 0 }));
  return {
    add: (values, count = 1) => {
      series.find(values).count += count;
    },
    report: (counter) => {
      for (const { labels, count } of series.all) counter.inc(labels, count);
    },
  };
}
