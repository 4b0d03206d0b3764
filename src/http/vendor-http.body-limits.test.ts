import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { createFakeDispatcher } from '../../test/support/fake-dispatcher.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { gzipStep, jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';
import type { VendorErrorCode } from '../domain/vendor-error.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

const KB = 1024;
/** Upper bound of the data in flight when reading stops: a stream passes on all that it has buffered. */
const MAX_BUFFERED_BYTES = 192 * KB;

/** A response with an endless body in chunks of a thousand bytes; not over a socket, so that the number of chunks read is exact. */
function createEndlessResponse(status: number) {
  const body = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1000, 'x');
    })(),
  );
  return { body, dispatcher: createFakeDispatcher(() => ({ statusCode: status, body })) };
}

describe('limits of error bodies', () => {
  const ERROR_STATUSES: readonly (readonly [number, VendorErrorCode])[] = [
    [302, 'VENDOR_BAD_RESPONSE'],
    [400, 'VENDOR_REJECTED'],
    [401, 'VENDOR_AUTH_FAILED'],
    [404, 'NOT_FOUND'],
    [429, 'VENDOR_RATE_LIMITED'],
    [503, 'VENDOR_UNAVAILABLE'],
  ];

  test.each(ERROR_STATUSES)(
    'returns status %i with an endless body at once, and closes the connection',
    async (status, code) => {
      server().script(
        { status, headers: { 'retry-after': '7' }, body: 'x'.repeat(10_000), endless: true },
        jsonStep({}),
      );
      const harness = connect();
      const response = await harness.http.send(createRequest(server().url), harness.context());
      expect(response).toMatchObject({ status, headers: { 'retry-after': '7' }, body: Buffer.alloc(0) });
      expectSingleCall(harness, code);
      expect(harness.records[0]?.bytes).toBeLessThan(64 * KB + MAX_BUFFERED_BYTES);
      const received = await server().nthRequest(1);
      await received.closed;
      expect(received.aborted()).toBe(true);
      // A half-read connection cannot be reused.
      expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
      expect(server().connections()).toBe(2);
    },
  );

  test('rejects a stream whose error body is endless', async () => {
    server().script({ status: 503, headers: { 'retry-after': '7' }, body: 'x'.repeat(10_000), endless: true });
    const harness = connect();
    const never = () => Promise.reject(new Error('read was called'));
    expect(await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), never))).toMatchObject(
      {
        code: 'VENDOR_UNAVAILABLE',
        reason: 'status_503',
        status: 503,
        retryAfterSeconds: 7,
      },
    );
    expectSingleCall(harness, 'VENDOR_UNAVAILABLE');
    expect(harness.records[0]?.bytes).toBeLessThan(64 * KB + MAX_BUFFERED_BYTES);
    const received = await server().nthRequest(1);
    await received.closed;
    expect(received.aborted()).toBe(true);
  });

  test('stops reading an error body with the chunk that exceeds the limit', async () => {
    const { body, dispatcher } = createEndlessResponse(503);
    const harness = connect({ dispatcher });
    expect((await harness.http.send(createRequest(server().url), harness.context())).body).toHaveLength(0);
    expect([harness.records[0]?.bytes, body.destroyed]).toEqual([66_000, true]);
  });

  test('returns an error body of up to 64 KiB, encoded or not, and drops a longer one', async () => {
    const text = 'x'.repeat(64 * KB);
    const steps = [{ body: text }, gzipStep(text), { body: `${text}x` }, gzipStep(`${text}x`)];
    server().script(...steps.map((step) => ({ ...step, status: 400 })));
    const harness = connect();
    const lengths = [];
    for (const _ of steps)
      lengths.push((await harness.http.send(createRequest(server().url), harness.context())).body.length);
    expect(lengths).toEqual([64 * KB, 64 * KB, 0, 0]);
    expect(harness.records.map(({ outcome }) => outcome)).toEqual(steps.map(() => 'VENDOR_REJECTED'));
  });

  test('applies the account’s maxBodyBytes to error bodies where it is lower', async () => {
    server().script({ status: 400, body: 'x'.repeat(1000) }, { status: 400, body: 'x'.repeat(1001) });
    const harness = connect({ maxBodyBytes: 1000 });
    const lengths = [];
    for (let i = 0; i < 2; i += 1)
      lengths.push((await harness.http.send(createRequest(server().url), harness.context())).body.length);
    expect(lengths).toEqual([1000, 0]);
  });

  test('does not apply a request’s maxBytes to error bodies', async () => {
    server().script(jsonStep({ message: 'there is no such agent' }, 404));
    const harness = connect();
    const response = await harness.http.send(createRequest(server().url, { maxBytes: 10 }), harness.context());
    expect(response.body.toString()).toBe('{"message":"there is no such agent"}');
  });
});

describe('maxBytes of a request', () => {
  test('accepts a body of up to maxBytes, encoded or not, and rejects a longer one', async () => {
    const body = 'x'.repeat(1000);
    server().script({ body }, gzipStep(body), { body: `${body}x` }, gzipStep(`${body}x`));
    const harness = connect();
    const send = () => harness.http.send(createRequest(server().url, { maxBytes: 1000 }), harness.context());
    for (let i = 0; i < 2; i += 1) expect((await send()).body).toHaveLength(1000);
    for (let i = 0; i < 2; i += 1) {
      expect(await rejectionOf(send())).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    }
    expect(harness.records.map(({ outcome }) => outcome)).toEqual([
      'OK',
      'OK',
      'VENDOR_BAD_RESPONSE',
      'VENDOR_BAD_RESPONSE',
    ]);
  });

  test('never raises the account’s maxBodyBytes by a request’s maxBytes', async () => {
    server().script({ body: 'x'.repeat(1001) });
    const harness = connect({ maxBodyBytes: 1000 });
    expect(
      await rejectionOf(harness.http.send(createRequest(server().url, { maxBytes: 2000 }), harness.context())),
    ).toMatchObject({
      reason: 'too_large',
    });
  });

  test('leaves the rest of a body beyond maxBytes unread', async () => {
    const { body, dispatcher } = createEndlessResponse(200);
    const harness = connect({ dispatcher });
    const pending = harness.http.send(createRequest(server().url, { maxBytes: 10_000 }), harness.context());
    expect(await rejectionOf(pending)).toMatchObject({ reason: 'too_large' });
    expect([harness.records[0]?.bytes, body.destroyed]).toEqual([11_000, true]);
  });

  test('does not apply maxBytes to a stream', async () => {
    server().script({ body: 'x'.repeat(1000) });
    const harness = connect();
    const length = await harness.http.stream(
      createRequest(server().url, { maxBytes: 10 }),
      harness.context(),
      async ({ body }) => {
        let bytes = 0;
        for await (const chunk of body) bytes += chunk.length;
        return bytes;
      },
    );
    expect(length).toBe(1000);
  });
});
