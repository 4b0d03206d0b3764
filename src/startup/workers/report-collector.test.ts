import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import type { MetricsReport } from '../../observability/metrics.ts';
import { createReportCollector } from './report-collector.ts';

const REPORT: MetricsReport = [];

function setUp() {
  const clock = manualClock(0);
  const asked: string[] = [];
  const missing: string[] = [];
  const collector = createReportCollector<string>(
    (worker) => asked.push(worker),
    clock,
    (workers) => missing.push(...workers),
  );
  const collected: number[] = [];
  const collect = (workers: readonly string[]) => {
    collector.collect(workers, (reports) => collected.push(reports.length));
  };
  return { clock, asked, missing, collector, collected, collect };
}

test('asks each worker and passes on their reports when the last has come', () => {
  const { asked, collector, collected, collect } = setUp();
  collect(['a', 'b']);
  expect(asked).toEqual(['a', 'b']);
  collector.reported('a', 1, REPORT);
  collector.reported('a', 1, REPORT);
  expect(collected).toEqual([]);
  collector.reported('b', 1, REPORT);
  expect(collected).toEqual([2]);
});

test('does not wait for a worker that has ended, nor longer than a second for one that is stuck', () => {
  const { clock, missing, collector, collected, collect } = setUp();
  collect(['a', 'b']);
  collector.reported('a', 1, REPORT);
  collector.ended('b');
  expect(collected).toEqual([1]);
  collect(['a', 'b']);
  collector.reported('a', 2, REPORT);
  clock.advance(1000);
  collector.reported('b', 2, REPORT);
  expect(collected).toEqual([1, 1]);
  expect(missing).toEqual(['b']);
});

test('passes on nothing at once where there is no other worker', () => {
  const { collected, collect } = setUp();
  collect([]);
  expect(collected).toEqual([0]);
});
