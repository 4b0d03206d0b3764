import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHttpHarness, createRequest, type HttpHarness } from '../../test/support/http-harness.ts';
import { type ScriptedServer, startScriptedServer } from '../../test/support/scripted-server.ts';
import { createSpanRecorder, RECORDED_TRACE_ID } from '../../test/support/span-recorder.ts';

let server: ScriptedServer;
let harness: HttpHarness;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(async () => {
  await harness.close();
  await server.close();
});

function start(options: Parameters<typeof createHttpHarness>[0] = {}) {
  harness = createHttpHarness({ maxRetries: 1, random: () => 0, ...options });
  return createSpanRecorder();
}

test('gives each attempt a span with its status, and counts those before', async () => {
  const { parent, span } = start();
  server.script({ status: 503 }, { body: '{}' });
  await harness.http.send(createRequest(server.url), { ...harness.context(), span });
  expect(parent.children).toMatchObject([
    { failure: '503', ends: 1, attributes: { 'http.response.status_code': 503 } },
    { failure: null, ends: 1, attributes: { 'http.response.status_code': 200, 'http.request.resend_count': 1 } },
  ]);
  expect(parent.children[0]?.attributes).not.toHaveProperty('http.request.resend_count');
});

test('gives the attempt of a stream a span, which ends with its last byte', async () => {
  const { parent, span } = start();
  server.script({ body: 'abc' });
  await harness.http.stream(createRequest(server.url), { ...harness.context(), span }, async ({ body }) => {
    expect(parent.children).toMatchObject([{ ends: 0 }]);
    for await (const _ of body);
  });
  expect(parent.children).toMatchObject([{ ends: 1, failure: null, attributes: { 'http.response.status_code': 200 } }]);
});

test('ends the span of a call that is abandoned', async () => {
  const { parent, span } = start();
  const controller = new AbortController();
  server.script({ hang: true });
  const call = harness.http.send(createRequest(server.url), { ...harness.context(controller.signal), span });
  await server.nthRequest(1);
  controller.abort(new Error('gone'));
  await expect(call).rejects.toThrow();
  expect(parent.children).toMatchObject([{ ends: 1, failure: 'cancelled' }]);
});

test('sends the context of each attempt only where the account says so', async () => {
  const { span } = start({ forwardTraceContext: true });
  server.script({ body: '{}' });
  await harness.http.send(createRequest(server.url), { ...harness.context(), span });
  await harness.close();
  start();
  server.script({ body: '{}' });
  await harness.http.send(createRequest(server.url), { ...harness.context(), span });
  const sent = server.received.map(({ headers }) => headers.traceparent);
  expect(sent).toEqual(['of GET agentstatusdetails', undefined]);
});

test('names the trace in the metrics port, for the log', async () => {
  const { span } = start();
  server.script({ body: '{}' }, { body: '{}' });
  await harness.http.send(createRequest(server.url), { ...harness.context(), span });
  await harness.http.send(createRequest(server.url), harness.context());
  expect(harness.metricRecords).toMatchObject([{ traceId: RECORDED_TRACE_ID }, {}]);
  expect(harness.metricRecords[1]).not.toHaveProperty('traceId');
});
