import { expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';

async function metricLines(metrics: ReturnType<typeof createMetrics>, name: string) {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(`switchboard_${name}`));
}

test('counts a request as in flight until it ends, and then by status and duration', async () => {
  const metrics = createMetrics();
  metrics.requestStarted();
  expect(await metricLines(metrics, 'http_requests_in_flight')).toEqual(['switchboard_http_requests_in_flight 1']);
  metrics.requestEnded('POST', '/graphql', 200, 30);
  expect(await metricLines(metrics, 'http_requests_in_flight')).toEqual(['switchboard_http_requests_in_flight 0']);
  expect(await metricLines(metrics, 'http_requests_total')).toEqual([
    'switchboard_http_requests_total{method="POST",path="/graphql",status="200"} 1',
  ]);
  expect(await metricLines(metrics, 'http_request_duration_seconds_sum')).toEqual([
    'switchboard_http_request_duration_seconds_sum{path="/graphql"} 0.03',
  ]);
});

test('counts vendor calls, cache reads, failed authentications and limits', async () => {
  const metrics = createMetrics();
  metrics.vendorCall({
    account: 'lp',
    endpoint: 'agentActivity',
    outcome: 'VENDOR_TIMEOUT',
    reason: 'timeout_total',
    ms: 8000,
  });
  metrics.cacheRead('lp', 'agentActivity', 'coalesced');
  metrics.cacheError('get', 'timeout');
  metrics.authFailure('expired');
  metrics.limitRejection('body_bytes');
  const text = await metrics.text();
  for (const line of [
    'switchboard_vendor_requests_total{account="lp",endpoint="agentActivity",outcome="VENDOR_TIMEOUT",reason="timeout_total"} 1',
    'switchboard_vendor_request_duration_seconds_sum{account="lp",endpoint="agentActivity"} 8',
    'switchboard_cache_reads_total{account="lp",endpoint="agentActivity",result="coalesced"} 1',
    'switchboard_cache_errors_total{operation="get",reason="timeout"} 1',
    'switchboard_auth_failures_total{reason="expired"} 1',
    'switchboard_limit_rejections_total{limit="body_bytes"} 1',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

test('reports values that callers made up as "other", so that they add no time series', async () => {
  const metrics = createMetrics();
  for (let i = 0; i < 1000; i++) {
    metrics.graphqlError(`CODE_${i}`);
    metrics.requestEnded(`M${i}`, 'other', 404, 1);
    metrics.vendorCall({ account: 'a', endpoint: 'e', outcome: `O${i}`, ms: 1 });
  }
  expect(await metricLines(metrics, 'graphql_errors_total')).toEqual([
    'switchboard_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 0',
    'switchboard_graphql_errors_total{code="other"} 1000',
  ]);
  expect(await metricLines(metrics, 'http_requests_total')).toHaveLength(1);
  expect(await metricLines(metrics, 'vendor_requests_total')).toHaveLength(1);
});

test('keeps the metrics of two apps in one process separate', async () => {
  const [first, second] = [createMetrics(), createMetrics()];
  first.authFailure('missing');
  expect(await metricLines(second, 'auth_failures_total')).toEqual([]);
});

test('exports the metrics of the process only with collectProcessMetrics', async () => {
  expect(await createMetrics({ collectProcessMetrics: true }).text()).toContain('process_resident_memory_bytes');
  expect(await createMetrics().text()).not.toContain('process_');
});

test('hides the series of accounts that the caller may not see, and exports all others, process metrics included', async () => {
  const metrics = createMetrics({ collectProcessMetrics: true });
  metrics.cacheRead('lp', 'agentActivity', 'hit');
  metrics.cacheRead('kore-main', 'agents', 'hit');
  metrics.authFailure('missing');
  const all = await metrics.text();
  const text = await metrics.text((account) => account === 'lp');
  const kinds = (page: string) => page.split('\n').filter((line) => line.startsWith('# '));
  expect(kinds(text)).toEqual(kinds(all));
  // Metrics that can be summed over processes, and some that cannot.
  for (const name of ['process_resident_memory_bytes', 'process_start_time_seconds', 'nodejs_version_info']) {
    expect(text).toMatch(new RegExp(`^${name}[ {]`, 'm'));
  }
  expect(text).toContain('switchboard_auth_failures_total{reason="missing"} 1\n');
  expect(text.match(/^switchboard_cache_reads_total.*/gm)).toEqual([
    'switchboard_cache_reads_total{account="lp",endpoint="agentActivity",result="hit"} 1',
  ]);
});
