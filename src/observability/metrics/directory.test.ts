import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('counts discoveries by outcome, and shows the agents known and when they were fetched', async () => {
  const metrics = createMetrics();
  metrics.discoveryEnded({ account: 'lp', outcome: 'OK', agents: 12, fetchedAt: 90_000, error: null });
  metrics.discoveryEnded({ account: 'lp', outcome: 'STALE', agents: 12, fetchedAt: 90_000, error: null });
  metrics.discoveryEnded({ account: 'kore', outcome: 'FAILED', agents: 0, fetchedAt: null, error: null });
  const text = await metrics.text();
  expect(text).toContain('switchboard_discoveries_total{account="lp",outcome="OK"} 1\n');
  expect(text).toContain('switchboard_discoveries_total{account="lp",outcome="STALE"} 1\n');
  expect(text).toContain('switchboard_discoveries_total{account="kore",outcome="FAILED"} 1\n');
  expect(text).toContain('switchboard_discovered_agents{account="lp"} 12\n');
  expect(text).toContain('switchboard_discovered_agents{account="kore"} 0\n');
  expect(text).toContain('switchboard_discovery_last_success_timestamp_seconds{account="lp"} 90\n');
  expect(text).not.toContain('switchboard_discovery_last_success_timestamp_seconds{account="kore"}');
});
