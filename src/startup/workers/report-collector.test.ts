import { expect, test } from '@jest/globals';
import prometheus from 'prom-client';
import { manualClock } from '../../../test/support/clock.ts';
import type { MetricsReport } from '../../observability/metrics/registry.ts';
import { createReportCollector } from './report-collector.ts';

/** The metrics of a worker that has counted so many requests and has one in flight. */
async function reportOf(requests: number): Promise<MetricsReport> {
  const registers = [new prometheus.Registry()];
  new prometheus.Counter({ name: 'requests_total', help: 'h', registers }).inc(requests);
  new prometheus.Gauge({ name: 'in_flight', help: 'h', registers }).inc();
  return registers[0]?.getMetricsAsJSON() ?? [];
}

function valuesOf(reports: readonly MetricsReport[], name: string) {
  const metrics = reports.flat().filter((metric) => metric.name === name);
  return metrics.flatMap(({ values }) => values.map(({ value }) => value));
}

function setUp() {
  const clock = manualClock(0);
  const asked: string[] = [];
  const missing: string[] = [];
  const collector = createReportCollector<string>(
    (worker) => asked.push(worker),
    clock,
    (workers) => missing.push(...workers),
  );
  /** The requests and those in flight of each report, by collection. */
  const collected: unknown[] = [];
  const collect = (others: readonly string[], report: MetricsReport = []) => {
    collector.collect({ worker: 'asker', report }, others, (reports) =>
      collected.push([valuesOf(reports, 'requests_total'), valuesOf(reports, 'in_flight')]),
    );
  };
  return { clock, asked, missing, collector, collected, collect };
}

test('asks each worker and passes on their reports when the last has come', async () => {
  const { asked, collector, collected, collect } = setUp();
  collect(['a', 'b']);
  expect(asked).toEqual(['a', 'b']);
  collector.reported('a', 1, await reportOf(1));
  collector.reported('a', 1, await reportOf(2));
  expect(collected).toEqual([]);
  collector.reported('b', 1, await reportOf(3));
  expect(collected).toEqual([
    [
      [2, 3],
      [1, 1],
    ],
  ]);
});

test('waits no longer than a second for a worker that is stuck, and passes on its last report', async () => {
  const { clock, missing, collector, collected, collect } = setUp();
  for (const id of [1, 2, 3]) {
    collect(['a', 'b']);
    collector.reported('a', id, await reportOf(id));
    if (id === 2) collector.reported('b', id, await reportOf(5));
    else clock.advance(1000);
  }
  expect(missing).toEqual(['b', 'b']);
  expect(collected).toEqual([
    [[1], [1]],
    [
      [2, 5],
      [1, 1],
    ],
    [
      [3, 5],
      [1, 1],
    ],
  ]);
});

test('a report that comes too late stands for the next one that is missing', async () => {
  const { clock, collector, collected, collect } = setUp();
  collect(['a']);
  clock.advance(1000);
  collector.reported('a', 1, await reportOf(7));
  collect(['a']);
  clock.advance(1000);
  expect(collected).toEqual([
    [[], []],
    [[7], [1]],
  ]);
});

test('does not wait for a worker that has ended, whose counts stay and whose gauges go', async () => {
  const { collector, collected, collect } = setUp();
  collect(['a', 'b'], await reportOf(1));
  collector.reported('a', 1, await reportOf(2));
  collector.reported('b', 1, await reportOf(3));
  collect(['a', 'b'], await reportOf(1));
  collector.reported('a', 2, await reportOf(4));
  collector.ended('b');
  // The one that asked before is another one's peer now, and ends.
  collector.ended('asker');
  collect(['a']);
  collector.reported('a', 3, await reportOf(4));
  expect(collected).toEqual([
    [
      [2, 3],
      [1, 1],
    ],
    [[4, 3], [1]],
    [[4, 4], [1]],
  ]);
});

test('passes on nothing at once where there is no other worker', () => {
  const { collected, collect } = setUp();
  collect([]);
  expect(collected).toEqual([[[], []]]);
});
