import { describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { createMetrics } from '../../src/observability/metrics.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { manualClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { findFreePort } from '../support/free-port.ts';
import { createRequest } from '../support/http-harness.ts';
import { setUpScriptedVendor } from '../support/reliability-setup.ts';
import { jsonStep, redirectStep, type ScriptedStep } from '../support/scripted-server.ts';

const { server, connect } = setUpScriptedVendor();

const FAILURES: readonly (readonly [string, ScriptedStep])[] = [
  ...[500, 502, 503, 504].map((status) => [`status ${status}`, jsonStep({}, status)] as const),
  ['a reset connection', { reset: true }],
  ['a truncated body', { body: '{"agents":[]}', closeAfterBytes: 5 }],
];

describe('transient failures', () => {
  test.each(FAILURES)('retries %s and returns the success of the third attempt', async (_name, failure) => {
    server().script(failure, failure, jsonStep({ good: true }));
    const harness = connect();
    const response = await harness.http.send(createRequest(server().url), harness.context());
    expect(response.status).toBe(200);
    expect(server().received).toHaveLength(3);
    expect(harness.records.map(({ outcome }) => outcome === 'OK')).toEqual([false, false, true]);
    expect(harness.metricRecords).toEqual(harness.records);
  });

  test.each(FAILURES)('makes no fourth attempt after %s', async (_name, failure) => {
    server().script(failure, failure, failure, jsonStep({}));
    const harness = connect();
    const outcome = await harness.http.send(createRequest(server().url), harness.context()).then(
      ({ status }) => status,
      (error: unknown) => (error as { reason: string }).reason,
    );
    expect([failure.status, 'reset', 'truncated']).toContain(outcome);
    expect(server().received).toHaveLength(3);
  });

  test('retries a refused connection', async () => {
    const port = await findFreePort();
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(`http://127.0.0.1:${port}/`), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'connect' });
    expect(harness.records).toHaveLength(3);
  });

  test.each([
    ['EAI_AGAIN', 3],
    ['ENOTFOUND', 1],
  ])('attempts a call that fails with the DNS error %s: %i times', async (code, attempts) => {
    const lookup = (_host: string, _options: object, done: (error: Error) => void) => {
      done(Object.assign(new Error(code), { code }));
    };
    const harness = connect({ dispatcher: new Agent({ connect: { lookup: lookup as never } }) });
    await rejectionOf(harness.http.send(createRequest('http://vendor.internal/'), harness.context()));
    expect(harness.records).toHaveLength(attempts);
  });

  test('authorizes each attempt again', async () => {
    server().script(jsonStep({}, 503), jsonStep({}, 503), jsonStep({}));
    const harness = connect();
    let made = 0;
    await harness.http.send(
      createRequest(server().url, { authorize: () => ({ auth: `token-${(made += 1)}` }) }),
      harness.context(),
    );
    expect(server().received.map(({ headers }) => headers.auth)).toEqual(['token-1', 'token-2', 'token-3']);
  });

  test('retries a POST only if the client marks it as idempotent', async () => {
    server().script(jsonStep({}, 503), jsonStep({}, 503), jsonStep({}));
    const harness = connect();
    const post = createRequest(server().url, { method: 'POST', body: '{}' });
    expect((await harness.http.send(post, harness.context())).status).toBe(503);
    expect(server().received).toHaveLength(1);
    expect((await harness.http.send({ ...post, idempotent: true }, harness.context())).status).toBe(200);
    expect(server().received).toHaveLength(3);
  });

  test('retries up to maxRetries times', async () => {
    for (const maxRetries of [0, 1]) {
      server().script(...Array.from({ length: maxRetries + 1 }, () => jsonStep({}, 503)));
      const harness = connect({ maxRetries });
      await harness.http.send(createRequest(server().url), harness.context());
      expect(harness.records).toHaveLength(maxRetries + 1);
    }
  });
});

describe('permanent failures', () => {
  const permanent: readonly (readonly [string, ScriptedStep])[] = [
    ...[400, 401, 403, 404, 422, 429].map((status) => [`status ${status}`, jsonStep({}, status)] as const),
    ['a redirect', redirectStep('http://127.0.0.1:9/')],
    ['a page instead of data', { body: '<!DOCTYPE html><title>Sign in</title>' }],
    ['no response', { hang: true }],
    ['an unknown coding', { headers: { 'content-encoding': 'zstd' }, body: 'x' }],
    ['a body that is too long', { body: 'x'.repeat(2000) }],
    ['endless headers', { headers: { 'x-long': 'y'.repeat(40_000) } }],
  ];
  test.each(permanent)('does not retry %s', async (_name, step) => {
    server().script(step, jsonStep({}));
    const clock = manualClock();
    const harness = connect({ clock, timeoutMs: 200, maxBodyBytes: 1000 });
    const ended = harness.http.send(createRequest(server().url), harness.context()).catch(() => undefined);
    await server().nthRequest(1);
    if (step.hang) clock.advance(200);
    await ended;
    expect(server().received).toHaveLength(1);
    expect(harness.records).toHaveLength(1);
  });
});

describe('the wait between attempts', () => {
  test('waits up to 200 ms, then up to 400 ms between attempts', async () => {
    const clock = manualClock();
    server().script(jsonStep({}, 503), jsonStep({}, 503), jsonStep({}));
    const harness = connect({ clock, random: () => 0.5 });
    const reply = harness.http.send(createRequest(server().url), harness.context());
    for (const [attempts, wait] of [
      [1, 100],
      [2, 200],
    ] as const) {
      while (harness.records.length < attempts) await flushPromises();
      clock.advance(wait - 1);
      await flushPromises();
      expect(server().received).toHaveLength(attempts);
      clock.advance(1);
    }
    expect((await reply).status).toBe(200);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('releases the concurrency slot between attempts', async () => {
    const clock = manualClock();
    server().script(jsonStep({}, 503), jsonStep('other'), jsonStep('again'));
    const harness = connect({ clock, concurrency: 1, random: () => 0.5 });
    const waiting = harness.http.send(createRequest(server().url), harness.context());
    while (harness.records.length < 1) await flushPromises();
    expect((await harness.http.send(createRequest(server().url), harness.context())).body.toString()).toBe('"other"');
    clock.advance(100);
    expect((await waiting).body.toString()).toBe('"again"');
  });

  test('rejects immediately on abort between attempts and makes no further attempt', async () => {
    const clock = manualClock();
    server().script(jsonStep({}, 503), jsonStep({}));
    const harness = connect({ clock, random: () => 0.5 });
    const controller = new AbortController();
    const gone = rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
    while (harness.records.length < 1) await flushPromises();
    controller.abort();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(clock.pendingTimers()).toBe(0);
    expect(server().received).toHaveLength(1);
  });
});

test('limits retries to a small share of the calls, however many fail', async () => {
  server().script(...Array.from({ length: 100 }, () => jsonStep({}, 500)));
  const metrics = createMetrics();
  const harness = connect({ circuitBreaker: false, metrics });
  for (let i = 0; i < 20; i += 1) await harness.http.send(createRequest(server().url), harness.context());
  expect(server().received).toHaveLength(20 + 3);
  const text = await metrics.text();
  expect(text).toContain('switchboard_vendor_retries_total{account="kore-main",reason="status_5xx"} 3');
  expect(text).toContain('switchboard_vendor_retries_denied_total{account="kore-main",reason="budget"} 19');
});

describe('retries of a stream', () => {
  test('retries a stream until the reader has received data', async () => {
    server().script(jsonStep({}, 503), { reset: true }, jsonStep('file'));
    const harness = connect();
    let read = 0;
    const text = await harness.http.stream(createRequest(server().url), harness.context(), async ({ body }) => {
      read += 1;
      const parts = [];
      for await (const part of body) parts.push(part);
      return Buffer.concat(parts).toString();
    });
    expect([text, read, server().received.length]).toEqual(['"file"', 1, 3]);
  });

  test('does not retry a stream after the reader has received data, so nothing is read twice', async () => {
    server().script({ body: 'x'.repeat(1000), closeAfterBytes: 10 }, jsonStep('file'));
    const harness = connect();
    const read = async ({ body }: { body: AsyncIterable<Buffer> }) => {
      for await (const _ of body);
    };
    const error = await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), read));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated' });
    expect(server().received).toHaveLength(1);
  });
});
