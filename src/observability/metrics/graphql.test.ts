import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('has internal errors from the start, so that the first one is an increase', async () => {
  const text = await createMetrics().text();
  expect(text).toContain('switchboard_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 0\n');
});

test('counts errors by code and rejections by limit', async () => {
  const metrics = createMetrics();
  metrics.graphqlError('NOT_FOUND');
  metrics.limitRejection('body_bytes');
  const text = await metrics.text();
  expect(text).toContain('switchboard_graphql_errors_total{code="NOT_FOUND"} 1\n');
  expect(text).toContain('switchboard_limit_rejections_total{limit="body_bytes"} 1\n');
});
