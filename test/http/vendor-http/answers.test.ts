import { describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { rejection } from '../../support/caught.ts';
import { brotlied, gzipBomb, gzipped, json, redirectTo, truncatedGzip } from '../../support/scripted-server.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { get } from '../support.ts';
import { expectOneCall, rig } from './rig.ts';

failOnUnhandled();
const { server, decoy, connect } = rig();

describe('an answer', () => {
  test('is handed over whole: status, headers, body', async () => {
    server().script({ status: 201, headers: { 'X-Made-Up': 'yes' }, body: 'hello' });
    const one = connect();
    const reply = await one.http.send(get(server().url), one.scope());
    expect(reply).toMatchObject({ status: 201, headers: { 'x-made-up': 'yes' } });
    expect(reply.body.toString()).toBe('hello');
    expectOneCall(one, 'OK');
    expect(one.records[0]).toMatchObject({ bytes: 5, keys: 1 });
  });

  test('is asked for in the client’s own words, and nothing is added but the coding', async () => {
    server().script(json({}));
    const one = connect();
    await one.http.send(
      {
        endpoint: 'agentstatusdetails',
        method: 'POST',
        url: new URL('/a/b%2Fc?x=1&x=%20', server().url),
        headers: { 'content-type': 'application/json', iId: 'st-1' },
        body: '{"agents":["a"]}',
        authorize: () => ({ auth: 'token' }),
        keys: 7,
      },
      one.scope(),
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
    expect(one.records[0]?.keys).toBe(7);
  });

  test.each([400, 401, 403, 404, 422, 429, 500, 502, 503])('of status %i is handed over, too', async (status) => {
    server().script(json({ message: 'no' }, status));
    const one = connect();
    const reply = await one.http.send(get(server().url), one.scope());
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).toBe('{"message":"no"}');
    expect(one.records).toHaveLength(1);
    expect(one.records[0]?.outcome).not.toBe('OK');
  });

  test('leaves the connection open for the next call', async () => {
    server().script(...Array.from({ length: 10 }, (_, i) => json(i, i % 2 === 0 ? 200 : 404)));
    const one = connect();
    for (let i = 0; i < 10; i += 1) await one.http.send(get(server().url), one.scope());
    // A second one, since undici frees a connection only some moments after the answer’s last byte.
    expect(server().connections()).toBeLessThanOrEqual(2);
  });

  test('may come in pieces', async () => {
    server().script({ body: 'in pieces', dripEveryMs: 1 });
    const one = connect();
    expect((await one.http.send(get(server().url), one.scope())).body.toString()).toBe('in pieces');
  });
});

describe('a bad answer', () => {
  test('a body that is cut', async () => {
    server().script({ body: '{"agents":[1,2,3]}', cutAfter: 9 });
    const one = connect();
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated', retryable: false });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
    expect(one.records[0]?.bytes).toBe(9);
  });

  test('something that is not HTTP', async () => {
    const gibberish = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .resume()
        .write('SSH-2.0-OpenSSH_9.2\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => gibberish.once('listening', resolve));
    const one = connect();
    const { port } = gibberish.address() as AddressInfo;
    const error = await rejection(one.http.send(get(`http://127.0.0.1:${port}/`), one.scope()));
    await new Promise((resolve) => gibberish.close(resolve));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
  });

  test('headers without end', async () => {
    const headers = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`x-${i}`, 'y'.repeat(100)]));
    server().script({ headers });
    const one = connect();
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
  });

  test.each([1, 4, 8, 12])('gzip that lacks its last %i bytes is no shorter answer', async (missing) => {
    server().script(truncatedGzip('{"agents":[]}'.repeat(100), missing));
    const one = connect();
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated' });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
  });

  test('a coding that was not asked for and is not known', async () => {
    server().script({ headers: { 'content-encoding': 'zstd' }, body: 'x' });
    const one = connect();
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'content_coding' });
  });

  test('a few bytes that would become many are not inflated beyond the limit', async () => {
    server().script(gzipBomb(50_000_000));
    const one = connect({ maxBodyBytes: 100_000 });
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
  });

  test('a body without end is broken off at the limit', async () => {
    server().script({ body: 'x'.repeat(10_000), endless: true });
    const one = connect({ maxBodyBytes: 100_000 });
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    await (
      await server().request(1)
    ).over;
    expect(one.records[0]?.bytes).toBeLessThan(500_000);
  });

  test('exactly the limit is not too much, coded or not', async () => {
    const body = 'x'.repeat(1000);
    server().script({ body }, gzipped(body), { body: `${body}x` }, gzipped(`${body}x`));
    const one = connect({ maxBodyBytes: 1000 });
    const lengths = [];
    for (let i = 0; i < 2; i += 1) lengths.push((await one.http.send(get(server().url), one.scope())).body.length);
    expect(lengths).toEqual([1000, 1000]);
    for (let i = 0; i < 2; i += 1) {
      expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({ reason: 'too_large' });
    }
  });
});

describe('a coded answer', () => {
  test('is undone: gzip, gzip of several members, gzip in capitals, brotli though not asked for', async () => {
    const members = Buffer.concat([gzipped('one ').body as Buffer, gzipped('two').body as Buffer]);
    server().script(
      gzipped('plain'),
      { headers: { 'content-encoding': 'gzip' }, body: members },
      { ...gzipped('plain'), headers: { 'content-encoding': 'GZIP' } },
      brotlied('plain'),
    );
    const one = connect();
    const bodies = [];
    for (let i = 0; i < 4; i += 1) bodies.push((await one.http.send(get(server().url), one.scope())).body.toString());
    expect(bodies).toEqual(['plain', 'one two', 'plain', 'plain']);
  });

  test('that cannot be undone does not hide an error status', async () => {
    const broken = { headers: { 'content-encoding': 'gzip' }, body: 'not gzip' };
    server().script({ ...broken, status: 503 }, { status: 401, body: '{"message"', cutAfter: 3 });
    const one = connect();
    const replies = [
      await one.http.send(get(server().url), one.scope()),
      await one.http.send(get(server().url), one.scope()),
    ];
    expect(replies.map(({ status, body }) => [status, body.length])).toEqual([
      [503, 0],
      [401, 0],
    ]);
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_UNAVAILABLE', 'VENDOR_AUTH_FAILED']);
  });
});

describe('a redirect is never followed', () => {
  test.each([301, 302, 303, 307, 308])('%i', async (status) => {
    server().script(redirectTo(new URL('/stolen', decoy().url), status), redirectTo(decoy().url, status));
    const one = connect();
    const request = get(server().url, { authorize: () => ({ 'access-token': 'CANARY' }) });
    expect((await one.http.send(request, one.scope())).status).toBe(status);
    const error = await rejection(one.http.stream(request, one.scope(), () => Promise.resolve()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'redirect' });
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_BAD_RESPONSE', 'VENDOR_BAD_RESPONSE']);
    expect(server().received).toHaveLength(2);
  });
});
