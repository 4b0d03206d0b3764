import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { gzipStep, jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { createDeferred, expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';
import { vendorError } from './response.ts';
import type { VendorResponse } from './types.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

describe('a stream', () => {
  test('passes raw bytes on as they arrive, whatever their content encoding, and requests none', async () => {
    const rest = createDeferred();
    const step = gzipStep('file');
    server().script({ ...step, delayBodyUntil: rest.promise });
    const harness = connect();
    const parts: Buffer[] = [];
    await harness.http.stream(createRequest(server().url), harness.context(), async ({ status, body }) => {
      expect(status).toBe(200);
      rest.resolve(undefined);
      for await (const part of body) parts.push(part);
    });
    expect(Buffer.concat(parts)).toEqual(step.body);
    expect(server().received[0]?.headers).not.toHaveProperty('accept-encoding');
    expectSingleCall(harness, 'OK');
    expect(harness.records[0]?.bytes).toBe(step.body?.length);
  });

  test('returns the result of read', async () => {
    server().script(jsonStep(1));
    const harness = connect();
    await expect(
      harness.http.stream(createRequest(server().url), harness.context(), () => Promise.resolve(42)),
    ).resolves.toBe(42);
  });

  test('rejects an error status with the vendor’s message, without calling read', async () => {
    server().script({ ...gzipStep('{"message":"link expired"}'), status: 403 });
    const harness = connect();
    const never = () => Promise.reject(new Error('read was called'));
    expect(await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), never))).toMatchObject(
      {
        code: 'VENDOR_AUTH_FAILED',
        status: 403,
      },
    );
    server().script(jsonStep({ message: 'link expired' }, 410), {
      status: 404,
      body: 'x'.repeat(100),
      closeAfterBytes: 1,
    });
    expect(await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), never))).toMatchObject(
      {
        code: 'VENDOR_REJECTED',
        message: 'The vendor rejected the request (HTTP 410): link expired',
      },
    );
    expect(await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), never))).toMatchObject(
      {
        code: 'NOT_FOUND',
      },
    );
    expect(harness.records.map((record) => record.outcome)).toEqual([
      'VENDOR_AUTH_FAILED',
      'VENDOR_REJECTED',
      'NOT_FOUND',
    ]);
  });

  test('rejects an error status with the result of classifyResponse, or by status', async () => {
    const odd = vendorError({ vendor: 'KORE', account: 'a', endpoint: 'e' }, 'VENDOR_UNAVAILABLE');
    const classifyResponse = ({ headers }: VendorResponse) => (headers['x-odd'] === 'yes' ? odd : undefined);
    server().script({ status: 400, headers: { 'x-odd': 'yes' } }, { status: 400 }, { headers: { 'x-odd': 'yes' } });
    const harness = connect();
    const stream = () =>
      harness.http.stream(createRequest(server().url, { classifyResponse }), harness.context(), () =>
        Promise.resolve(1),
      );
    expect(await rejectionOf(stream())).toBe(odd);
    expect(await rejectionOf(stream())).toMatchObject({ code: 'VENDOR_REJECTED' });
    expect(await stream()).toBe(1);
    expect(harness.records.map((record) => record.outcome)).toEqual(['VENDOR_UNAVAILABLE', 'VENDOR_REJECTED', 'OK']);
  });

  test('ends a truncated body with an error', async () => {
    server().script({ body: 'x'.repeat(1000), closeAfterBytes: 10 });
    const harness = connect();
    const read = async ({ body }: { body: AsyncIterable<Buffer> }) => {
      for await (const _ of body);
    };
    expect(await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), read))).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'truncated',
    });
    expectSingleCall(harness, 'VENDOR_BAD_RESPONSE');
  });

  test('frees the slot and the connection of a half-read stream', async () => {
    server().script({ body: 'x'.repeat(10_000), endless: true }, jsonStep(2));
    const harness = connect({ concurrency: 1 });
    await harness.http.stream(createRequest(server().url), harness.context(), () => Promise.resolve());
    const received = await server().nthRequest(1);
    await received.closed;
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });

  test('rejects with the reader’s own error, and frees the slot', async () => {
    server().script(jsonStep(1), jsonStep(2));
    const harness = connect({ concurrency: 1 });
    const mistake = new TypeError('not a function');
    const failing = () => Promise.reject(mistake);
    expect(await rejectionOf(harness.http.stream(createRequest(server().url), harness.context(), failing))).toBe(
      mistake,
    );
    expectSingleCall(harness, 'INTERNAL_SERVER_ERROR');
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });
});
