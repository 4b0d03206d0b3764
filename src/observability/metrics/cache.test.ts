import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('exports the fill and the evictions of the memory level, as of the moment when /metrics is read', async () => {
  const metrics = createMetrics();
  const use = { bytes: 1000, maxBytes: 4000, entries: 3, evictions: 0 };
  metrics.watchCacheLevel('memory', () => use);
  await metrics.text();
  Object.assign(use, { bytes: 3900, entries: 9, evictions: 2 });
  const text = await metrics.text();
  for (const line of ['bytes{level="memory"} 3900', 'max_bytes{level="memory"} 4000', 'entries{level="memory"} 9'])
    expect(text).toContain(`switchboard_cache_${line}\n`);
  expect(text).toContain('switchboard_cache_evictions_total{level="memory"} 2\n');
});

test('exports whether Redis answers, and nothing without a Redis', async () => {
  const metrics = createMetrics();
  const value = async () => /^switchboard_redis_up (\d)$/m.exec(await metrics.text())?.[1];
  expect(await value()).toBeUndefined();
  metrics.redisUp(true);
  expect(await value()).toBe('1');
  metrics.redisUp(false);
  expect(await value()).toBe('0');
});

test('counts cache reads and failed operations on the shared cache', async () => {
  const metrics = createMetrics();
  metrics.cacheRead('lp', 'agentActivity', 'coalesced', 3);
  metrics.cacheError('get', 'timeout');
  const text = await metrics.text();
  expect(text).toContain('switchboard_cache_reads_total{account="lp",endpoint="agentActivity",result="coalesced"} 3\n');
  expect(text).toContain('switchboard_cache_errors_total{operation="get",reason="timeout"} 1\n');
});
