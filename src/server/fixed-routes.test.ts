import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

test.each([
  ['/', 200, '"name":"Switchboard"'],
  ['/favicon.ico', 204, ''],
  ['/graphiql', 200, 'graphiql'],
  ['/wallboard', 200, 'wallboard'],
  ['/schema.graphql', 200, 'type Query'],
  ['/healthz', 200, '{"status":"alive"}'],
  ['/readyz', 503, '"status":"starting"'],
  ['/metrics', 200, 'switchboard_http_requests_in_flight 1'],
])('%s is answered with %i', async (path, status, text) => {
  const response = await server.get(path);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(text);
});
