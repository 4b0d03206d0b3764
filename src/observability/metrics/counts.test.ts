import { expect, test } from '@jest/globals';
import prometheus from 'prom-client';
import { sumCounts } from './counts.ts';

/** The metrics of a process that has seen one request of each of these durations. */
async function reportOf(...seconds: readonly number[]) {
  const registers = [new prometheus.Registry()];
  const requests = new prometheus.Counter({ name: 'requests_total', help: 'h', labelNames: ['path'], registers });
  const durations = new prometheus.Histogram({ name: 'duration_seconds', help: 'h', buckets: [1, 10], registers });
  const inFlight = new prometheus.Gauge({ name: 'in_flight', help: 'h', registers });
  for (const each of seconds) {
    requests.inc({ path: each < 1 ? '/short' : '/long' });
    durations.observe(each);
    inFlight.inc();
  }
  return registers[0]?.getMetricsAsJSON() ?? [];
}

test('adds up counters and histograms by label, and leaves gauges out', async () => {
  const sum = sumCounts([await reportOf(0.5, 5), await reportOf(5, 50), []]);
  const shown = sum.flatMap(({ name, values }) =>
    values.map(({ value, labels, metricName = name }: { metricName?: string; labels: object; value: number }) => [
      metricName,
      ...Object.values(labels).map(String),
      value,
    ]),
  );
  expect(shown).toEqual([
    ['requests_total', '/short', 1],
    ['requests_total', '/long', 3],
    ['duration_seconds_bucket', '1', 1],
    ['duration_seconds_bucket', '10', 3],
    ['duration_seconds_bucket', '+Inf', 4],
    ['duration_seconds_sum', 60.5],
    ['duration_seconds_count', 4],
  ]);
});

test('sums sums', async () => {
  const total = sumCounts([sumCounts([await reportOf(5)]), await reportOf(5)]);
  expect(total.find(({ name }) => name === 'requests_total')?.values).toEqual([
    { value: 2, labels: { path: '/long' } },
  ]);
});
