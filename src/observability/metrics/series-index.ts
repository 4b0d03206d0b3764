import type { LabelValues } from 'prom-client';

/** The time series of one metric, found by their label values. */
export interface SeriesIndex<Series> {
  /** Creates the series at its first use; `values` are those of the labels, in their order. */
  readonly find: (values: readonly (string | number)[]) => Series;
  /** In the order of their first use. */
  readonly all: readonly Series[];
}

/** What begins with the same label values, of which `value` is the last. */
interface SeriesNode<Series> {
  readonly value: string | number;
  readonly byNextValue: Map<string | number, SeriesNode<Series>>;
  /** Where the last lookup went: most often, the next one has the same value. */
  lastNext: SeriesNode<Series> | undefined;
  series: Series | undefined;
}

/** The values are looked up one by one: joined, they would be a new text each time, which would have to be hashed. */
export function createSeriesIndex<Label extends string, Series extends object>(
  labelNames: readonly Label[],
  createSeries: (labels: LabelValues<Label>) => Series,
): SeriesIndex<Series> {
  const root = createNode<Series>('');
  const all: Series[] = [];
  return {
    all,
    find: (values) => {
      let node = root;
      for (const value of values) node = node.lastNext?.value === value ? node.lastNext : findNext(node, value);
      if (!node.series) all.push((node.series = createSeries(toLabels(labelNames, values))));
      return node.series;
    },
  };
}

function createNode<Series>(value: string | number): SeriesNode<Series> {
  return { value, byNextValue: new Map(), lastNext: undefined, series: undefined };
}

function findNext<Series>(node: SeriesNode<Series>, value: string | number): SeriesNode<Series> {
  let next = node.byNextValue.get(value);
  if (!next) node.byNextValue.set(value, (next = createNode(value)));
  return (node.lastNext = next);
}

function toLabels<Label extends string>(
  names: readonly Label[],
  values: readonly (string | number)[],
): LabelValues<Label> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]])) as LabelValues<Label>;
}
