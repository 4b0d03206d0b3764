import { expect, test } from '@jest/globals';
import { createSeriesIndex } from './series-index.ts';

test('creates one series for each combination of label values, and lists them in the order of their first use', () => {
  const index = createSeriesIndex(['account', 'status'], (labels) => ({ labels, count: 0 }));
  for (const values of [
    ['b', 200],
    ['a', 200],
    ['b', 404],
    ['b', 200],
  ] as const)
    index.find(values).count += 1;
  expect(index.all).toEqual([
    { labels: { account: 'b', status: 200 }, count: 2 },
    { labels: { account: 'a', status: 200 }, count: 1 },
    { labels: { account: 'b', status: 404 }, count: 1 },
  ]);
});

test('has one series without labels', () => {
  const index = createSeriesIndex([], () => ({}));
  expect(index.all).toEqual([]);
  expect(index.find([])).toBe(index.find([]));
  expect(index.all).toHaveLength(1);
});
