import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('exports the open subscriptions by transport, executions, and events by what became of them', async () => {
  const metrics = createMetrics();
  metrics.watchSubscriptions((transport) => (transport === 'sse' ? 3 : 1));
  metrics.liveRun();
  metrics.liveEvent('sent');
  metrics.liveEvent('coalesced');
  const text = await metrics.text();
  expect(text).toContain('switchboard_live_subscriptions{transport="sse"} 3\n');
  expect(text).toContain('switchboard_live_subscriptions{transport="websocket"} 1\n');
  expect(text).toContain('switchboard_live_runs_total 1\n');
  expect(text).toContain('switchboard_live_events_total{outcome="coalesced"} 1\n');
});
