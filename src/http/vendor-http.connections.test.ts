import { describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { createDeferred, expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

describe('attempt deadline', () => {
  test('rejects with VENDOR_TIMEOUT without a response, and closes the connection', async () => {
    const clock = manualClock();
    server().script({ hang: true });
    const harness = connect({ clock, timeoutMs: 50 });
    const rejection = rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    const received = await server().nthRequest(1);
    clock.advance(50);
    expect(await rejection).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total', retryable: true });
    expectSingleCall(harness, 'VENDOR_TIMEOUT');
    await received.closed;
    expect(received.aborted()).toBe(true);
  });

  test('ends a slowly dripping body at the deadline', async () => {
    const clock = manualClock();
    server().script({ body: 'x'.repeat(1000), dripEveryMs: 1 });
    const harness = connect({ clock, timeoutMs: 100 });
    const reading = harness.http.stream(createRequest(server().url), harness.context(), async ({ body }) => {
      for await (const bytes of body) clock.advance(10 * bytes.length);
    });
    expect(await rejectionOf(reading)).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectSingleCall(harness, 'VENDOR_TIMEOUT');
    await (
      await server().nthRequest(1)
    ).closed;
  });

  test('rejects at the deadline when only headers arrive', async () => {
    server().script({ body: 'x', delayBodyUntil: createDeferred().promise });
    const harness = connect({ timeoutMs: 80 });
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectSingleCall(harness, 'VENDOR_TIMEOUT');
  });

  test('rejects at the deadline while connecting', async () => {
    const harness = connect({ timeoutMs: 50, dispatcher: new Agent({ connect: () => undefined }) });
    const error = await rejectionOf(harness.http.send(createRequest('http://127.0.0.1:9/'), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectSingleCall(harness, 'VENDOR_TIMEOUT');
  });

  test('gives every attempt a deadline of its own', async () => {
    const clock = manualClock();
    const first = createDeferred();
    server().script({ ...jsonStep(1), delayUntil: first.promise }, jsonStep(2));
    const harness = connect({ clock, timeoutMs: 100 });
    const early = harness.http.send(createRequest(server().url), harness.context());
    await server().nthRequest(1);
    clock.advance(99);
    await harness.http.send(createRequest(server().url), harness.context());
    first.resolve(undefined);
    expect((await early).status).toBe(200);
    expect(harness.records.map((record) => record.ms)).toEqual([0, 99]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('does not count the wait for a slot', async () => {
    const clock = manualClock();
    const first = createDeferred();
    server().script({ ...jsonStep(1), delayUntil: first.promise }, jsonStep(2));
    const harness = connect({ clock, timeoutMs: 100, concurrency: 1 });
    const early = harness.http.send(createRequest(server().url), harness.context());
    await server().nthRequest(1);
    const late = harness.http.send(createRequest(server().url), harness.context());
    clock.advance(90);
    first.resolve(undefined);
    await early;
    await server().nthRequest(2);
    clock.advance(90);
    expect((await late).status).toBe(200);
  });
});

describe('connection failures', () => {
  test('reports a closed port as connect', async () => {
    const port = await findFreePort();
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(`http://127.0.0.1:${port}/`), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'connect', retryable: true });
    expectSingleCall(harness, 'VENDOR_UNAVAILABLE');
    expect(String(error)).not.toContain(String(port));
  });

  test.each([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns_temporary'],
  ])('reports the DNS error %s as %s', async (code, reason) => {
    const lookup = (_host: string, _options: object, done: (error: Error) => void) => {
      done(Object.assign(new Error(`getaddrinfo ${code} vendor.internal`), { code }));
    };
    const harness = connect({ dispatcher: new Agent({ connect: { lookup: lookup as never } }) });
    const error = await rejectionOf(harness.http.send(createRequest('http://vendor.internal/'), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason });
    expect(String(error)).not.toContain('vendor.internal');
    expectSingleCall(harness, 'VENDOR_UNAVAILABLE');
  });

  test.each(['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'EPROTO'])(
    'reports an untrusted certificate as tls: %s',
    async (code) => {
      const fail = (_options: object, done: (error: Error, socket: null) => void) => {
        done(Object.assign(new Error('no'), { code }), null);
      };
      const harness = connect({ dispatcher: new Agent({ connect: fail as never }) });
      const error = await rejectionOf(harness.http.send(createRequest('https://vendor.example/'), harness.context()));
      expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' });
    },
  );

  test('reports a server without TLS as tls', async () => {
    const harness = connect();
    const url = new URL(server().url);
    url.protocol = 'https:';
    const error = await rejectionOf(harness.http.send(createRequest(url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' });
  });

  test('reports a connection closed before the response as reset', async () => {
    server().script({ reset: true });
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'reset', retryable: true });
    expectSingleCall(harness, 'VENDOR_UNAVAILABLE');
  });
});
