import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import type { VendorErrorCode } from '../domain/vendor-error.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { gzipStep, jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

const KB = 1024;
/** What is on its way when the reading stops: a stream hands over all that it holds, and that is at most as much again. */
const MAX_BUFFERED_BYTES = 192 * KB;

/** An answer of a status whose body comes in pieces of a thousand bytes, without end; in a stream of its own, so that each piece counts. */
function createEndlessResponse(status: number) {
  const body = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1000, 'x');
    })(),
  );
  const request = () => Promise.resolve({ statusCode: status, headers: {}, body });
  const dispatcher = { request, destroy: () => Promise.resolve() } as unknown as Dispatcher;
  return { body, dispatcher };
}

describe('the body of an error is read for words only', () => {
  const REFUSALS: readonly (readonly [number, VendorErrorCode])[] = [
    [302, 'VENDOR_BAD_RESPONSE'],
    [400, 'VENDOR_REJECTED'],
    [401, 'VENDOR_AUTH_FAILED'],
    [404, 'NOT_FOUND'],
    [429, 'VENDOR_RATE_LIMITED'],
    [503, 'VENDOR_UNAVAILABLE'],
  ];

  test.each(REFUSALS)('one without end: %i is told at once, and the connection is closed', async (status, code) => {
    server().script({ status, headers: { 'retry-after': '7' }, body: 'x'.repeat(10_000), endless: true }, jsonStep({}));
    const harness = connect();
    const response = await harness.http.send(createRequest(server().url), harness.context());
    expect(response).toMatchObject({ status, headers: { 'retry-after': '7' }, body: Buffer.alloc(0) });
    expectSingleCall(harness, code);
    expect(harness.records[0]?.bytes).toBeLessThan(64 * KB + MAX_BUFFERED_BYTES);
    const received = await server().nthRequest(1);
    await received.closed;
    expect(received.aborted()).toBe(true);
    // What is half read serves nobody else.
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
    expect(server().connections()).toBe(2);
  });

  test('one without end of what was to be streamed', async () => {
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

  test('no piece more is read than it takes to see that it is too long', async () => {
    const { body, dispatcher } = createEndlessResponse(503);
    const harness = connect({ dispatcher });
    expect((await harness.http.send(createRequest(server().url), harness.context())).body).toHaveLength(0);
    expect([harness.records[0]?.bytes, body.destroyed]).toEqual([66_000, true]);
  });

  test('of 64 KiB all is there, coded or not; of more nothing', async () => {
    const words = 'x'.repeat(64 * KB);
    const steps = [{ body: words }, gzipStep(words), { body: `${words}x` }, gzipStep(`${words}x`)];
    server().script(...steps.map((step) => ({ ...step, status: 400 })));
    const harness = connect();
    const lengths = [];
    for (const _ of steps)
      lengths.push((await harness.http.send(createRequest(server().url), harness.context())).body.length);
    expect(lengths).toEqual([64 * KB, 64 * KB, 0, 0]);
    expect(harness.records.map(({ outcome }) => outcome)).toEqual(steps.map(() => 'VENDOR_REJECTED'));
  });

  test('the account’s own limit holds where it is less', async () => {
    server().script({ status: 400, body: 'x'.repeat(1000) }, { status: 400, body: 'x'.repeat(1001) });
    const harness = connect({ maxBodyBytes: 1000 });
    const lengths = [];
    for (let i = 0; i < 2; i += 1)
      lengths.push((await harness.http.send(createRequest(server().url), harness.context())).body.length);
    expect(lengths).toEqual([1000, 0]);
  });

  test('what a request takes of a good answer is another matter', async () => {
    server().script(jsonStep({ message: 'there is no such agent' }, 404));
    const harness = connect();
    const response = await harness.http.send(createRequest(server().url, { maxBytes: 10 }), harness.context());
    expect(response.body.toString()).toBe('{"message":"there is no such agent"}');
  });
});

describe('a request that says how much it takes', () => {
  test('is answered with so much, coded or not, and with no more', async () => {
    const body = 'x'.repeat(1000);
    server().script({ body }, gzipStep(body), { body: `${body}x` }, gzipStep(`${body}x`));
    const harness = connect();
    const ask = () => harness.http.send(createRequest(server().url, { maxBytes: 1000 }), harness.context());
    for (let i = 0; i < 2; i += 1) expect((await ask()).body).toHaveLength(1000);
    for (let i = 0; i < 2; i += 1) {
      expect(await rejectionOf(ask())).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    }
    expect(harness.records.map(({ outcome }) => outcome)).toEqual([
      'OK',
      'OK',
      'VENDOR_BAD_RESPONSE',
      'VENDOR_BAD_RESPONSE',
    ]);
  });

  test('takes no more than the account does', async () => {
    server().script({ body: 'x'.repeat(1001) });
    const harness = connect({ maxBodyBytes: 1000 });
    expect(
      await rejectionOf(harness.http.send(createRequest(server().url, { maxBytes: 2000 }), harness.context())),
    ).toMatchObject({
      reason: 'too_large',
    });
  });

  test('has the rest left unread', async () => {
    const { body, dispatcher } = createEndlessResponse(200);
    const harness = connect({ dispatcher });
    const asked = harness.http.send(createRequest(server().url, { maxBytes: 10_000 }), harness.context());
    expect(await rejectionOf(asked)).toMatchObject({ reason: 'too_large' });
    expect([harness.records[0]?.bytes, body.destroyed]).toEqual([11_000, true]);
  });

  test('has nothing to do with what is streamed', async () => {
    server().script({ body: 'x'.repeat(1000) });
    const harness = connect();
    const length = await harness.http.stream(
      createRequest(server().url, { maxBytes: 10 }),
      harness.context(),
      async ({ body }) => {
        let read = 0;
        for await (const part of body) read += part.length;
        return read;
      },
    );
    expect(length).toBe(1000);
  });
});
