import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('counts failed authentications, shed requests and malformed requests', async () => {
  const metrics = createMetrics();
  metrics.authFailure('expired');
  metrics.requestShed('heap');
  metrics.clientError(400);
  const text = await metrics.text();
  expect(text).toContain('switchboard_auth_failures_total{reason="expired"} 1\n');
  expect(text).toContain('switchboard_http_requests_shed_total{reason="heap"} 1\n');
  expect(text).toContain('switchboard_http_requests_total{method="other",path="other",status="400"} 1\n');
});
