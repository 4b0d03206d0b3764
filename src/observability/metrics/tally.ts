import type { Counter, LabelValues } from 'prom-client';

/** Counts what happens in every request: a counter of prom-client checks and joins its labels each time. */
export interface Tally<Label extends string> {
  /** Counts one or more; `values` are those of the labels, in their order. */
  readonly add: (values: readonly (string | number)[], count?: number) => void;
  /** Passes all counts to a counter that has been reset. */
  readonly report: (counter: Counter<Label>) => void;
}

/** What begins with the same label values. */
interface TallyNode<Label extends string> {
  readonly byNextValue: Map<string | number, TallyNode<Label>>;
  series?: { readonly labels: LabelValues<Label>; count: number };
}

/** The values are looked up one by one: joined, they would be a new text each time, which would have to be hashed. */
export function createTally<Label extends string>(labelNames: readonly Label[]): Tally<Label> {
  const root: TallyNode<Label> = { byNextValue: new Map() };
  /** In the order of their first count. */
  const allSeries: NonNullable<TallyNode<Label>['series']>[] = [];
  return {
    add: (values, count = 1) => {
      let node = root;
      for (const value of values) {
        let next = node.byNextValue.get(value);
        if (!next) node.byNextValue.set(value, (next = { byNextValue: new Map() }));
        node = next;
      }
      if (!node.series) allSeries.push((node.series = { labels: toLabels(labelNames, values), count: 0 }));
      node.series.count += count;
    },
    report: (counter) => {
      for (const { labels, count } of allSeries) counter.inc(labels, count);
    },
  };
}

function toLabels<Label extends string>(
  names: readonly Label[],
  values: readonly (string | number)[],
): LabelValues<Label> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]])) as LabelValues<Label>;
}
