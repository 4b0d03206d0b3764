import { expect, test } from '@jest/globals';
import { createMetrics, type MetricsReport } from '../metrics.ts';
import { aggregatorOf } from './aggregators.ts';

test('sums counters and gauges of amounts, and takes the worst of states', async () => {
  let readOther: () => Promise<MetricsReport> = () => Promise.resolve([]);
  const other = createMetrics({
    peers: { collectReports: () => Promise.resolve([]), serveReports: (read) => (readOther = read) },
  });
  const own = createMetrics({
    peers: { collectReports: async () => [await readOther()], serveReports: () => undefined },
  });
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

test('keeps prom-client’s choice for what is not ours', () => {
  expect(aggregatorOf({ name: 'nodejs_eventloop_lag_mean_seconds', aggregator: 'average' })).toBe('average');
});
