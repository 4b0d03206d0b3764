import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('counts a vendor call by outcome and observes its duration in seconds', async () => {
  const metrics = createMetrics();
  metrics.vendorCall({
    account: 'lp',
    endpoint: 'agentActivity',
    outcome: 'VENDOR_TIMEOUT',
    reason: 'timeout_total',
    ms: 8000,
  });
  const text = await metrics.text();
  expect(text).toContain(
    'switchboard_vendor_requests_total{account="lp",endpoint="agentActivity",outcome="VENDOR_TIMEOUT",reason="timeout_total"} 1\n',
  );
  expect(text).toContain('switchboard_vendor_request_duration_seconds_sum{account="lp",endpoint="agentActivity"} 8\n');
});

test('exports the state of a circuit as a number', async () => {
  const metrics = createMetrics();
  metrics.circuitState('lp', 'agentActivity', 'open');
  expect(await metrics.text()).toContain('switchboard_circuit_state{account="lp",endpoint="agentActivity"} 2\n');
});
