import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import {
  brotliStep,
  gzipBombStep,
  gzipStep,
  jsonStep,
  redirectStep,
  truncatedGzipStep,
} from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';

failOnUnhandledRejection();
const { server, decoy, connect } = setUpVendorHttp();

describe('a response', () => {
  test('returns status, headers and body', async () => {
    server().script({ status: 201, headers: { 'X-Made-Up': 'yes' }, body: 'hello' });
    const harness = connect();
    const response = await harness.http.send(createRequest(server().url), harness.context());
    expect(response).toMatchObject({ status: 201, headers: { 'x-made-up': 'yes' } });
    expect(response.body.toString()).toBe('hello');
    expectSingleCall(harness, 'OK');
    expect(harness.records[0]).toMatchObject({ bytes: 5, keys: 1 });
  });

  test('sends the request unchanged, adding only Accept-Encoding', async () => {
    server().script(jsonStep({}));
    const harness = connect();
    await harness.http.send(
      {
        endpoint: 'agentstatusdetails',
        method: 'POST',
        url: new URL('/a/b%2Fc?x=1&x=%20', server().url),
        headers: { 'content-type': 'application/json', iId: 'st-1' },
        body: '{"agents":["a"]}',
        authorize: () => ({ auth: 'token' }),
        keys: 7,
      },
      harness.context(),
    );
    const [received] = server().received;
    expect(received).toMatchObject({ method: 'POST', path: '/a/b%2Fc?x=1&x=%20', body: '{"agents":["a"]}' });
    const { host: _host, connection: _connection, ...headers } = received?.headers ?? {};
    expect(headers).toEqual({
      'content-type': 'application/json',
      iid: 'st-1',
      auth: 'token',
      'accept-encoding': 'gzip',
      'content-length': '16',
    });
    expect(harness.records[0]?.keys).toBe(7);
  });

  test.each([400, 401, 403, 404, 422, 429, 500, 502, 503])('returns a response of status %i', async (status) => {
    server().script(jsonStep({ message: 'no' }, status));
    const harness = connect();
    const response = await harness.http.send(createRequest(server().url), harness.context());
    expect(response.status).toBe(status);
    expect(response.body.toString()).toBe('{"message":"no"}');
    expect(harness.records).toHaveLength(1);
    expect(harness.records[0]?.outcome).not.toBe('OK');
  });

  test('reuses the connection for the next call', async () => {
    server().script(...Array.from({ length: 10 }, (_, i) => jsonStep(i, i % 2 === 0 ? 200 : 404)));
    const harness = connect();
    for (let i = 0; i < 10; i += 1) await harness.http.send(createRequest(server().url), harness.context());
    // A second one, since undici frees a connection only some moments after the last byte.
    expect(server().connections()).toBeLessThanOrEqual(2);
  });

  test('assembles a body that arrives in pieces', async () => {
    server().script({ body: 'in pieces', dripEveryMs: 1 });
    const harness = connect();
    expect((await harness.http.send(createRequest(server().url), harness.context())).body.toString()).toBe('in pieces');
  });
});

describe('a bad response', () => {
  test('rejects a truncated body', async () => {
    server().script({ body: '{"agents":[1,2,3]}', closeAfterBytes: 9 });
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated', retryable: false });
    expectSingleCall(harness, 'VENDOR_BAD_RESPONSE');
    expect(harness.records[0]?.bytes).toBe(9);
  });

  test('rejects a response that is not HTTP', async () => {
    const gibberish = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .resume()
        .write('SSH-2.0-OpenSSH_9.2\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => gibberish.once('listening', resolve));
    const harness = connect();
    const { port } = gibberish.address() as AddressInfo;
    const error = await rejectionOf(harness.http.send(createRequest(`http://127.0.0.1:${port}/`), harness.context()));
    await new Promise((resolve) => gibberish.close(resolve));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
  });

  test('rejects headers that are too long', async () => {
    const headers = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`x-${i}`, 'y'.repeat(100)]));
    server().script({ headers });
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
  });

  test.each([1, 4, 8, 12])('rejects gzip that lacks its last %i bytes', async (missing) => {
    server().script(truncatedGzipStep('{"agents":[]}'.repeat(100), missing));
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated' });
    expectSingleCall(harness, 'VENDOR_BAD_RESPONSE');
  });

  test('rejects an unknown content encoding', async () => {
    server().script({ headers: { 'content-encoding': 'zstd' }, body: 'x' });
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'content_coding' });
  });

  test('stops decompressing a gzip bomb at the limit', async () => {
    server().script(gzipBombStep(50_000_000));
    const harness = connect({ maxBodyBytes: 100_000 });
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    expectSingleCall(harness, 'VENDOR_BAD_RESPONSE');
  });

  test('stops reading an endless body at the limit', async () => {
    server().script({ body: 'x'.repeat(10_000), endless: true });
    const harness = connect({ maxBodyBytes: 100_000 });
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    await (
      await server().nthRequest(1)
    ).closed;
    expect(harness.records[0]?.bytes).toBeLessThan(500_000);
  });

  test('accepts a body of exactly the limit, encoded or not', async () => {
    const body = 'x'.repeat(1000);
    server().script({ body }, gzipStep(body), { body: `${body}x` }, gzipStep(`${body}x`));
    const harness = connect({ maxBodyBytes: 1000 });
    const lengths = [];
    for (let i = 0; i < 2; i += 1)
      lengths.push((await harness.http.send(createRequest(server().url), harness.context())).body.length);
    expect(lengths).toEqual([1000, 1000]);
    for (let i = 0; i < 2; i += 1) {
      expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
        reason: 'too_large',
      });
    }
  });
});

describe('an encoded response', () => {
  test('decodes gzip, multi-member gzip, GZIP in capitals, and brotli that was not requested', async () => {
    const members = Buffer.concat([gzipStep('one ').body as Buffer, gzipStep('two').body as Buffer]);
    server().script(
      gzipStep('plain'),
      { headers: { 'content-encoding': 'gzip' }, body: members },
      { ...gzipStep('plain'), headers: { 'content-encoding': 'GZIP' } },
      brotliStep('plain'),
    );
    const harness = connect();
    const bodies = [];
    for (let i = 0; i < 4; i += 1)
      bodies.push((await harness.http.send(createRequest(server().url), harness.context())).body.toString());
    expect(bodies).toEqual(['plain', 'one two', 'plain', 'plain']);
  });

  test('returns the error status of a body that cannot be decoded', async () => {
    const broken = { headers: { 'content-encoding': 'gzip' }, body: 'not gzip' };
    server().script({ ...broken, status: 503 }, { status: 401, body: '{"message"', closeAfterBytes: 3 });
    const harness = connect();
    const replies = [
      await harness.http.send(createRequest(server().url), harness.context()),
      await harness.http.send(createRequest(server().url), harness.context()),
    ];
    expect(replies.map(({ status, body }) => [status, body.length])).toEqual([
      [503, 0],
      [401, 0],
    ]);
    expect(harness.records.map((record) => record.outcome)).toEqual(['VENDOR_UNAVAILABLE', 'VENDOR_AUTH_FAILED']);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('returns a redirect and does not follow it: %i', async (status) => {
    server().script(redirectStep(new URL('/stolen', decoy().url), status), redirectStep(decoy().url, status));
    const harness = connect();
    const request = createRequest(server().url, { authorize: () => ({ 'access-token': 'CANARY' }) });
    expect((await harness.http.send(request, harness.context())).status).toBe(status);
    const error = await rejectionOf(harness.http.stream(request, harness.context(), () => Promise.resolve()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'redirect' });
    expect(harness.records.map((record) => record.outcome)).toEqual(['VENDOR_BAD_RESPONSE', 'VENDOR_BAD_RESPONSE']);
    expect(server().received).toHaveLength(2);
  });
});
