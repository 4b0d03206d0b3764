import { expect, test } from '@jest/globals';
import prometheus from 'prom-client';
import { createMetricFactory } from './registry.ts';
import { createTally } from './tally.ts';

test('a counter shows the counts of every reading so far', async () => {
  const registry = new prometheus.Registry();
  const tally = createTally(['color']);
  createMetricFactory(registry).counter('things_total', 'Things.', ['color'], tally.report);
  const add = (color: string) => {
    tally.add([color]);
  };
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('switchboard_'));
  expect(await lines()).toEqual([]);
  ['red', 'red', 'blue'].forEach(add);
  expect(await lines()).toEqual([
    'switchboard_things_total{color="red"} 2',
    'switchboard_things_total{color="blue"} 1',
  ]);
  add('red');
  expect(await lines()).toEqual([
    'switchboard_things_total{color="red"} 3',
    'switchboard_things_total{color="blue"} 1',
  ]);
});
