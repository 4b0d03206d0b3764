import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('counts cache reads and failed operations on the shared cache', async () => {
  const metrics = createMetrics();
  metrics.cacheRead('lp', 'agentActivity', 'coalesced', 3);
  metrics.cacheError('get', 'timeout');
  const text = await metrics.text();
  expect(text).toContain('switchboard_cache_reads_total{account="lp",endpoint="agentActivity",result="coalesced"} 3\n');
  expect(text).toContain('switchboard_cache_errors_total{operation="get",reason="timeout"} 1\n');
});
