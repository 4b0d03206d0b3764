import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import prometheus from 'prom-client';
import { createTalliedHistogram } from './tallied-histogram.ts';

interface Observation {
  readonly worker: number;
  readonly value: number;
  readonly labelValues: readonly string[];
}

const WORKERS = 2;
const help = 'Ages in "seconds".';
const name = 'age_seconds';

/** What each worker exports of its observations, then what all export together. */
async function exportsOf(
  createObserve: (registry: prometheus.Registry) => (observation: Observation) => void,
  observations: readonly Observation[],
): Promise<readonly string[]> {
  const registries = Array.from({ length: WORKERS }, () => new prometheus.Registry());
  const observe = registries.map(createObserve);
  const texts = [];
  const half = observations.length / 2;
  for (const part of [observations.slice(0, half), observations.slice(half)]) {
    for (const observation of part) observe[observation.worker]?.(observation);
    for (const registry of registries) texts.push(await registry.metrics());
  }
  const reports = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
  // Workers report to each other in JSON.
  const merged = prometheus.AggregatorRegistry.aggregate(JSON.parse(JSON.stringify(reports)) as typeof reports);
  return [...texts, await merged.metrics()];
}

const LABEL_NAMES = [[], ['path'], ['account', 'endpoint']];
const bucketsArbitrary = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, max: 1e9, noNaN: true })), {
    maxLength: 6,
  })
  .map((bounds) => bounds.toSorted((a, b) => a - b));

/** Few label values, so that they recur, and values at the bounds of buckets, too. */
function observationsArbitrary(labelNames: readonly string[], buckets: readonly number[]) {
  const labelValue = fc.oneof(fc.constantFrom('a', 'b', 'a "quoted" \\ text\n', ''), fc.string());
  const value = fc.oneof(
    fc.constantFrom(0, ...buckets),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
  );
  const { length } = labelNames;
  return fc.array(
    fc.record({
      worker: fc.nat(WORKERS - 1),
      value,
      labelValues: fc.array(labelValue, { minLength: length, maxLength: length }),
    }),
  );
}

const caseArbitrary = fc.tuple(fc.constantFrom(...LABEL_NAMES), bucketsArbitrary).chain(([labelNames, buckets]) =>
  fc.record({
    labelNames: fc.constant(labelNames),
    buckets: fc.constant(buckets),
    observations: observationsArbitrary(labelNames, buckets),
  }),
);

test('exports what a histogram of prom-client exports, of one worker and of several', async () => {
  await fc.assert(
    fc.asyncProperty(caseArbitrary, async ({ labelNames, buckets, observations }) => {
      const expected = await exportsOf((registry) => {
        const registers = [registry];
        const histogram = new prometheus.Histogram({ name, help, labelNames, buckets: [...buckets], registers });
        return ({ value, labelValues }) => {
          histogram.observe(Object.fromEntries(labelNames.map((label, index) => [label, labelValues[index]])), value);
        };
      }, observations);
      const texts = await exportsOf((registry) => {
        const histogram = createTalliedHistogram(registry, { name, help, labelNames, buckets });
        return ({ value, labelValues }) => {
          histogram.observe(value, ...labelValues);
        };
      }, observations);
      expect(texts).toEqual(expected);
    }),
  );
});

test('exports buckets up to each bound, which is part of them, the sum and the count', async () => {
  const registry = new prometheus.Registry();
  const histogram = createTalliedHistogram(registry, { name, help, labelNames: ['account'], buckets: [0.5, 10] });
  for (const value of [0.25, 0.5, 10, 11]) histogram.observe(value, 'lp');
  expect((await registry.metrics()).split('\n')).toEqual([
    '# HELP age_seconds Ages in "seconds".',
    '# TYPE age_seconds histogram',
    'age_seconds_bucket{le="0.5",account="lp"} 2',
    'age_seconds_bucket{le="10",account="lp"} 3',
    'age_seconds_bucket{le="+Inf",account="lp"} 4',
    'age_seconds_sum{account="lp"} 21.75',
    'age_seconds_count{account="lp"} 4',
    '',
  ]);
});

test.each([NaN, Infinity, -Infinity])('rejects %d, which would spoil the sum, and counts nothing', async (value) => {
  const registry = new prometheus.Registry();
  const histogram = createTalliedHistogram(registry, { name, help, labelNames: ['account'], buckets: [1] });
  expect(() => {
    histogram.observe(value, 'lp');
  }).toThrow(new TypeError(`age_seconds: ${value} is not a finite number`));
  expect(await registry.metrics()).not.toContain('lp');
});

test('refuses a name that the registry has already', () => {
  const registry = new prometheus.Registry();
  const create = () => createTalliedHistogram(registry, { name, help, labelNames: [], buckets: [1] });
  create();
  expect(create).toThrow('already been registered');
});
