import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';
import { aggregatorOf } from './aggregators.ts';
import type { MetricsReport } from './registry.ts';

/** The metrics of two processes, of which the first exports those of both. */
function createPair() {
  let readOther: () => Promise<MetricsReport> = () => Promise.resolve([]);
  const other = createMetrics({
    peers: { collectReports: () => Promise.resolve([]), serveReports: (read) => (readOther = read) },
  });
  const own = createMetrics({
    peers: { collectReports: async () => [await readOther()], serveReports: () => undefined },
  });
  return { own, other };
}

test('sums counters and gauges of amounts, and takes the worst of states', async () => {
  const { own, other } = createPair();
  for (const metrics of [own, other]) {
    metrics.requestStarted();
    metrics.requestStarted();
    metrics.requestEnded('GET', '/healthz', 200, 5);
  }
  own.watchAccounts(['bots', 'lp'], () => 'OK');
  other.watchAccounts(['bots'], () => 'DOWN');
  own.watchReadiness(() => true);
  other.watchReadiness(() => false);
  own.redisUp(true);
  other.redisUp(false);
  const lines = (await own.text((account) => account !== 'lp')).split('\n');
  expect(lines).toContain('switchboard_http_requests_in_flight 2');
  expect(lines).toContain('switchboard_http_requests_total{method="GET",path="/healthz",status="200"} 2');
  expect(lines).toContain('switchboard_account_state{account="bots"} 2');
  expect(lines).toContain('switchboard_redis_up 0');
  expect(lines).toContain('switchboard_ready 0');
  expect(lines.filter((line) => /^switchboard_build_info\{.*\} 1$/.test(line))).toHaveLength(1);
  expect(lines.join()).not.toContain('"lp"');
});

test('counts the file of the cache once, as the process with the most of it sees it, and each memory', async () => {
  const { own, other } = createPair();
  const memory = { bytes: 10, maxBytes: 100, entries: 1, evictions: 2 };
  for (const [metrics, bytes] of [
    [own, 500],
    [other, 700],
  ] as const) {
    metrics.watchCacheLevel('memory', () => memory);
    metrics.watchCacheLevel('disk', () => ({ bytes, maxBytes: 1000, entries: bytes / 10, evictions: 3 }));
  }
  const lines = (await own.text()).split('\n');
  for (const line of [
    'cache_bytes{level="memory"} 20',
    'cache_max_bytes{level="memory"} 200',
    'cache_bytes{level="disk"} 700',
    'cache_max_bytes{level="disk"} 1000',
    'cache_entries{level="disk"} 70',
    // Each process counts those that it has evicted itself.
    'cache_evictions_total{level="disk"} 6',
  ])
    expect(lines).toContain(`switchboard_${line}`);
});

test('keeps prom-client’s choice for what is not ours', () => {
  expect(aggregatorOf({ name: 'nodejs_eventloop_lag_mean_seconds', aggregator: 'average' })).toBe('average');
});
