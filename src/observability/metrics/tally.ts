import type { Counter, LabelValues } from 'prom-client';

/** Counts what happens in every request: a counter of prom-client checks and joins its labels each time. */
export interface Tally<Label extends string> {
  /** Counts one or more; `key` stands for the labels, which are asked for once. */
  readonly add: (key: string, toLabels: () => LabelValues<Label>, count?: number) => void;
  /** Passes all counts to a counter that has been reset. */
  readonly report: (counter: Counter<Label>) => void;
}

export function createTally<Label extends string>(): Tally<Label> {
  const counts = new Map<string, { readonly labels: LabelValues<Label>; count: number }>();
  return {
    add: (key, toLabels, count = 1) => {
      const known = counts.get(key);
      if (known) known.count += count;
      else counts.set(key, { labels: toLabels(), count });
    },
    report: (counter) => {
      for (const { labels, count } of counts.values()) counter.inc(labels, count);
    },
  };
}
