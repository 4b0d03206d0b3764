import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { VendorError } from '../../src/domain/vendor-error.ts';
import type { VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { rejection } from '../support/caught.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';
import {
  type ScriptedServer,
  brotlied,
  gzipBomb,
  gzipped,
  json,
  redirectTo,
  startDecoy,
  startScriptedServer,
  truncatedGzip,
} from '../support/scripted-server.ts';
import { type Gateway, gateway, get } from './support.ts';

let server: ScriptedServer;
let decoy: ScriptedServer;
let open: Gateway[];

beforeEach(async () => {
  [server, decoy] = await Promise.all([startScriptedServer(), startDecoy()]);
  open = [];
});

afterEach(async () => {
  expect(decoy.connections()).toBe(0);
  await Promise.all([...open.map((one) => one.close()), server.close(), decoy.close()]);
});

function connect(options: Partial<VendorHttpOptions> = {}): Gateway {
  const one = gateway(options);
  open.push(one);
  return one;
}

/** Exactly one record of the one attempt, and the metrics were told the same. */
function expectOneCall({ records, counted }: Gateway, outcome: string): void {
  expect(records).toMatchObject([
    { account: 'kore-main', endpoint: 'agentstatusdetails', servedFrom: 'VENDOR', outcome },
  ]);
  expect(counted).toEqual(records);
}

/** A promise, and the way to resolve it. */
const gate = () => Promise.withResolvers<undefined>();

describe('an answer', () => {
  test('is handed over whole: status, headers, body', async () => {
    server.script({ status: 201, headers: { 'X-Made-Up': 'yes' }, body: 'hello' });
    const one = connect();
    const reply = await one.http.send(get(server.url), one.scope());
    expect(reply).toMatchObject({ status: 201, headers: { 'x-made-up': 'yes' } });
    expect(reply.body.toString()).toBe('hello');
    expectOneCall(one, 'OK');
    expect(one.records[0]).toMatchObject({ bytes: 5, keys: 1 });
  });

  test('is asked for in the client’s own words, and nothing is added but the coding', async () => {
    server.script(json({}));
    const one = connect();
    await one.http.send(
      {
        endpoint: 'agentstatusdetails',
        method: 'POST',
        url: new URL('/a/b%2Fc?x=1&x=%20', server.url),
        headers: { 'content-type': 'application/json', iId: 'st-1' },
        body: '{"agents":["a"]}',
        authorize: () => ({ auth: 'token' }),
        keys: 7,
      },
      one.scope(),
    );
    const [received] = server.received;
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
    server.script(json({ message: 'no' }, status));
    const one = connect();
    const reply = await one.http.send(get(server.url), one.scope());
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).toBe('{"message":"no"}');
    expect(one.records).toHaveLength(1);
    expect(one.records[0]?.outcome).not.toBe('OK');
  });

  test('leaves the connection open for the next call', async () => {
    server.script(...Array.from({ length: 10 }, (_, i) => json(i, i % 2 === 0 ? 200 : 404)));
    const one = connect();
    for (let i = 0; i < 10; i += 1) await one.http.send(get(server.url), one.scope());
    // A second one, since undici frees a connection only some moments after the answer’s last byte.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('may come in pieces', async () => {
    server.script({ body: 'in pieces', dripEveryMs: 1 });
    const one = connect();
    expect((await one.http.send(get(server.url), one.scope())).body.toString()).toBe('in pieces');
  });
});

describe('a redirect is never followed', () => {
  test.each([301, 302, 303, 307, 308])('%i', async (status) => {
    server.script(redirectTo(new URL('/stolen', decoy.url), status), redirectTo(decoy.url, status));
    const one = connect();
    const request = get(server.url, { authorize: () => ({ 'access-token': 'CANARY' }) });
    expect((await one.http.send(request, one.scope())).status).toBe(status);
    const error = await rejection(one.http.stream(request, one.scope(), () => Promise.resolve()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'redirect' });
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_BAD_RESPONSE', 'VENDOR_BAD_RESPONSE']);
    expect(server.received).toHaveLength(2);
  });
});

describe('time', () => {
  test('no answer at all: VENDOR_TIMEOUT, and the connection is given up', async () => {
    server.script({ hang: true });
    const one = connect({ timeoutMs: 50 });
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total', retryable: true });
    expectOneCall(one, 'VENDOR_TIMEOUT');
    const received = await server.request(1);
    await received.over;
    expect(received.aborted()).toBe(true);
  });

  test('a body that drips does not outlast the deadline', async () => {
    server.script({ body: 'x'.repeat(1000), dripEveryMs: 10 });
    const one = connect({ timeoutMs: 100 });
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
    await (
      await server.request(1)
    ).over;
  });

  test('headers, and then nothing', async () => {
    server.script({ body: 'x', bodyUntil: gate().promise });
    const one = connect({ timeoutMs: 80 });
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
  });

  test('a connection that is never established', async () => {
    const one = connect({ timeoutMs: 50, dispatcher: new Agent({ connect: () => undefined }) });
    const error = await rejection(one.http.send(get('http://127.0.0.1:9/'), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
  });

  test('one attempt’s deadline is not another’s', async () => {
    const clock = manualClock();
    const first = gate();
    server.script({ ...json(1), until: first.promise }, json(2));
    const one = connect({ clock, timeoutMs: 100 });
    const early = one.http.send(get(server.url), one.scope());
    await server.request(1);
    clock.advance(99);
    await one.http.send(get(server.url), one.scope());
    first.resolve(undefined);
    expect((await early).status).toBe(200);
    expect(one.records.map((record) => record.ms)).toEqual([0, 99]);
    expect(clock.waiting()).toBe(0);
  });

  test('waiting for a place does not count', async () => {
    const clock = manualClock();
    const first = gate();
    server.script({ ...json(1), until: first.promise }, json(2));
    const one = connect({ clock, timeoutMs: 100, concurrency: 1 });
    const early = one.http.send(get(server.url), one.scope());
    await server.request(1);
    const late = one.http.send(get(server.url), one.scope());
    clock.advance(90);
    first.resolve(undefined);
    await early;
    await server.request(2);
    clock.advance(90);
    expect((await late).status).toBe(200);
  });
});

describe('no connection', () => {
  test('a port where nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const one = connect();
    const error = await rejection(one.http.send(get(`http://127.0.0.1:${port}/`), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'connect', retryable: true });
    expectOneCall(one, 'VENDOR_UNAVAILABLE');
    expect(String(error)).not.toContain(String(port));
  });

  test.each([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns_temporary'],
  ])('a name that is not resolved: %s', async (code, reason) => {
    const lookup = (_host: string, _options: object, done: (error: Error) => void) => {
      done(Object.assign(new Error(`getaddrinfo ${code} vendor.internal`), { code }));
    };
    const one = connect({ dispatcher: new Agent({ connect: { lookup: lookup as never } }) });
    const error = await rejection(one.http.send(get('http://vendor.internal/'), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason });
    expect(String(error)).not.toContain('vendor.internal');
    expectOneCall(one, 'VENDOR_UNAVAILABLE');
  });

  test.each(['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'EPROTO'])(
    'a certificate that proves nothing: %s',
    async (code) => {
      const fail = (_options: object, done: (error: Error, socket: null) => void) => {
        done(Object.assign(new Error('no'), { code }), null);
      };
      const one = connect({ dispatcher: new Agent({ connect: fail as never }) });
      const error = await rejection(one.http.send(get('https://vendor.example/'), one.scope()));
      expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' });
    },
  );

  test('TLS spoken to a server that speaks none', async () => {
    const one = connect();
    const url = new URL(server.url);
    url.protocol = 'https:';
    const error = await rejection(one.http.send(get(url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' });
  });

  test('one that is broken off before an answer', async () => {
    server.script({ reset: true });
    const one = connect();
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'reset', retryable: true });
    expectOneCall(one, 'VENDOR_UNAVAILABLE');
  });
});

describe('a bad answer', () => {
  test('a body that is cut', async () => {
    server.script({ body: '{"agents":[1,2,3]}', cutAfter: 9 });
    const one = connect();
    const error = await rejection(one.http.send(get(server.url), one.scope()));
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
    server.script({ headers });
    const one = connect();
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
  });

  test.each([1, 4, 8, 12])('gzip that lacks its last %i bytes is no shorter answer', async (missing) => {
    server.script(truncatedGzip('{"agents":[]}'.repeat(100), missing));
    const one = connect();
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated' });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
  });

  test('a coding that was not asked for and is not known', async () => {
    server.script({ headers: { 'content-encoding': 'zstd' }, body: 'x' });
    const one = connect();
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'content_coding' });
  });

  test('a few bytes that would become many are not inflated beyond the limit', async () => {
    server.script(gzipBomb(50_000_000));
    const one = connect({ maxBodyBytes: 100_000 });
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
  });

  test('a body without end is broken off at the limit', async () => {
    server.script({ body: 'x'.repeat(10_000), endless: true });
    const one = connect({ maxBodyBytes: 100_000 });
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    await (
      await server.request(1)
    ).over;
    expect(one.records[0]?.bytes).toBeLessThan(500_000);
  });

  test('exactly the limit is not too much, coded or not', async () => {
    const body = 'x'.repeat(1000);
    server.script({ body }, gzipped(body), { body: `${body}x` }, gzipped(`${body}x`));
    const one = connect({ maxBodyBytes: 1000 });
    const lengths = [];
    for (let i = 0; i < 2; i += 1) lengths.push((await one.http.send(get(server.url), one.scope())).body.length);
    expect(lengths).toEqual([1000, 1000]);
    for (let i = 0; i < 2; i += 1) {
      expect(await rejection(one.http.send(get(server.url), one.scope()))).toMatchObject({ reason: 'too_large' });
    }
  });
});

describe('a coded answer', () => {
  test('is undone: gzip, gzip of several members, gzip in capitals, brotli though not asked for', async () => {
    const members = Buffer.concat([gzipped('one ').body as Buffer, gzipped('two').body as Buffer]);
    server.script(
      gzipped('plain'),
      { headers: { 'content-encoding': 'gzip' }, body: members },
      { ...gzipped('plain'), headers: { 'content-encoding': 'GZIP' } },
      brotlied('plain'),
    );
    const one = connect();
    const bodies = [];
    for (let i = 0; i < 4; i += 1) bodies.push((await one.http.send(get(server.url), one.scope())).body.toString());
    expect(bodies).toEqual(['plain', 'one two', 'plain', 'plain']);
  });

  test('that cannot be undone does not hide an error status', async () => {
    const broken = { headers: { 'content-encoding': 'gzip' }, body: 'not gzip' };
    server.script({ ...broken, status: 503 }, { status: 401, body: '{"message"', cutAfter: 3 });
    const one = connect();
    const replies = [
      await one.http.send(get(server.url), one.scope()),
      await one.http.send(get(server.url), one.scope()),
    ];
    expect(replies.map(({ status, body }) => [status, body.length])).toEqual([
      [503, 0],
      [401, 0],
    ]);
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_UNAVAILABLE', 'VENDOR_AUTH_FAILED']);
  });
});

describe('credentials', () => {
  test('are made once for every attempt', async () => {
    server.script(json(1), json(2));
    const one = connect();
    let made = 0;
    const request = get(server.url, { authorize: () => Promise.resolve({ auth: `token-${(made += 1)}` }) });
    await one.http.send(request, one.scope());
    await one.http.send(request, one.scope());
    expect(server.received.map(({ headers }) => headers.auth)).toEqual(['token-1', 'token-2']);
  });

  test('that cannot be had: no call is made, and none is counted', async () => {
    const one = connect();
    const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'token' } as const;
    const refused = new VendorError(target, 'VENDOR_AUTH_FAILED', 'no');
    const request = get(server.url, { authorize: () => Promise.reject(refused) });
    expect(await rejection(one.http.send(request, one.scope()))).toBe(refused);
    expect(server.connections()).toBe(0);
    expect(one.records).toEqual([]);
  });

  test('may be fetched over the same account even when it has but one place', async () => {
    server.script(json({ token: 'abc' }), json({}));
    const one = connect({ concurrency: 1 });
    const authorize = async () => {
      const reply = await one.http.send(get(new URL('/token', server.url), { endpoint: 'token' }), one.scope());
      return { auth: (JSON.parse(reply.body.toString()) as { token: string }).token };
    };
    await one.http.send(get(server.url, { authorize }), one.scope());
    expect(server.received.map(({ path, headers }) => [path, headers.auth])).toEqual([
      ['/token', undefined],
      ['/', 'abc'],
    ]);
  });

  test('that no header can hold are the account’s fault, and are not shown', async () => {
    const one = connect();
    const request = get(server.url, { authorize: () => ({ auth: 'CANARY\r\nx: y' }) });
    const error = await rejection(one.http.send(request, one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', reason: 'unsendable', retryable: false });
    expect(String(error)).not.toContain('CANARY');
    expectOneCall(one, 'VENDOR_REJECTED');
  });
});

describe('a caller who goes', () => {
  /** Whatever reason a caller's signal gives, it means the same. */
  const REASONS: readonly (readonly [string, unknown])[] = [
    ['AbortError', undefined],
    ['a reason of its own', new Error('deadline of the request')],
    ['no error at all', 'gone'],
  ];

  test.each(REASONS)('takes the call along and frees its place (%s)', async (_name, reason) => {
    server.script({ hang: true }, json(2));
    const one = connect({ concurrency: 1 });
    const controller = new AbortController();
    const gone = rejection(one.http.send(get(server.url), one.scope(controller.signal)));
    const received = await server.request(1);
    const next = one.http.send(get(server.url), one.scope());
    controller.abort(reason);
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect((await next).status).toBe(200);
    await received.over;
    expect(received.aborted()).toBe(true);
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_TIMEOUT', 'OK']);
  });

  test.each(REASONS)('in the middle of the body (%s)', async (_name, reason) => {
    const never = gate();
    server.script({ body: 'x', bodyUntil: never.promise });
    const one = connect();
    const controller = new AbortController();
    const gone = rejection(
      one.http.stream(get(server.url), one.scope(controller.signal), async ({ body }) => {
        controller.abort(reason);
        for await (const _ of body);
      }),
    );
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
    await (
      await server.request(1)
    ).over;
  });

  test.each(REASONS)('while waiting for a place: no call is made (%s)', async (_name, reason) => {
    server.script({ hang: true });
    const one = connect({ concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const busy = rejection(one.http.send(get(server.url), one.scope(first.signal)));
    await server.request(1);
    const gone = rejection(one.http.send(get(server.url), one.scope(second.signal)));
    second.abort(reason);
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(one.records).toEqual([]);
    first.abort();
    await busy;
    expect(server.received).toHaveLength(1);
  });

  test('before it came: no call is made', async () => {
    const one = connect();
    const error = await rejection(one.http.send(get(server.url), one.scope(AbortSignal.abort())));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(server.connections()).toBe(0);
  });

  test('while the connection is being established', async () => {
    const one = connect({ dispatcher: new Agent({ connect: () => undefined }) });
    const controller = new AbortController();
    const gone = rejection(one.http.send(get('http://127.0.0.1:9/'), one.scope(controller.signal)));
    setImmediate(() => {
      controller.abort();
    });
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  });
});

describe('the account’s limits', () => {
  test('no more calls at a time than agreed', async () => {
    const gates = [gate(), gate(), gate()];
    server.script(...gates.map(({ promise }) => ({ ...json({}), until: promise })));
    const one = connect({ concurrency: 2 });
    const calls = gates.map(() => one.http.send(get(server.url), one.scope()));
    await server.request(2);
    expect(server.received).toHaveLength(2);
    gates[0]?.resolve(undefined);
    await server.request(3);
    for (const { resolve } of gates) resolve(undefined);
    await Promise.all(calls);
  });

  function limited(clock: ManualClock, requestsPerMinute: number, concurrency = 8): Gateway {
    return connect({ clock, requestsPerMinute, concurrency });
  }

  test('a call beyond the quota is refused at once when it would wait long, and says for how long', async () => {
    const clock = manualClock();
    server.script(json(1), json(2));
    const one = limited(clock, 1);
    await one.http.send(get(server.url), one.scope());
    clock.advance(30_500);
    const error = await rejection(one.http.send(get(server.url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', reason: 'quota_local', retryAfterSeconds: 30 });
    expect(one.records).toHaveLength(1);
    clock.advance(29_500);
    await one.http.send(get(server.url), one.scope());
    expect(server.received).toHaveLength(2);
  });

  test('a call that need not wait long waits', async () => {
    const clock = manualClock();
    server.script(json(1), json(2));
    const one = limited(clock, 1);
    await one.http.send(get(server.url), one.scope());
    clock.advance(59_000);
    const second = one.http.send(get(server.url), one.scope());
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.received).toHaveLength(1);
    clock.advance(1000);
    await second;
    expect(server.received).toHaveLength(2);
  });

  test('a caller who goes while waiting for the quota gives back its place at once', async () => {
    const clock = manualClock();
    server.script(json(1), json(2));
    const one = limited(clock, 1, 1);
    await one.http.send(get(server.url), one.scope());
    clock.advance(59_500);
    const controller = new AbortController();
    const gone = rejection(one.http.send(get(server.url), one.scope(controller.signal)));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(clock.waiting()).toBe(0);
    clock.advance(500);
    await one.http.send(get(server.url), one.scope());
    expect(server.received).toHaveLength(2);
  });
});

describe('a stream', () => {
  test('hands the raw bytes on as they come, whatever coding they claim, and asks for none', async () => {
    const more = gate();
    const step = gzipped('file');
    server.script({ ...step, bodyUntil: more.promise });
    const one = connect();
    const parts: Buffer[] = [];
    await one.http.stream(get(server.url), one.scope(), async ({ status, body }) => {
      expect(status).toBe(200);
      more.resolve(undefined);
      for await (const part of body) parts.push(part);
    });
    expect(Buffer.concat(parts)).toEqual(step.body);
    expect(server.received[0]?.headers).not.toHaveProperty('accept-encoding');
    expectOneCall(one, 'OK');
    expect(one.records[0]?.bytes).toBe(step.body?.length);
  });

  test('gives what `read` gives', async () => {
    server.script(json(1));
    const one = connect();
    await expect(one.http.stream(get(server.url), one.scope(), () => Promise.resolve(42))).resolves.toBe(42);
  });

  test('of any other status is an error with the vendor’s words, and `read` is not called', async () => {
    server.script({ ...gzipped('{"message":"link expired"}'), status: 403 });
    const one = connect();
    const never = () => Promise.reject(new Error('read was called'));
    expect(await rejection(one.http.stream(get(server.url), one.scope(), never))).toMatchObject({
      code: 'VENDOR_AUTH_FAILED',
      status: 403,
    });
    server.script(json({ message: 'link expired' }, 410), { status: 404, body: 'x'.repeat(100), cutAfter: 1 });
    expect(await rejection(one.http.stream(get(server.url), one.scope(), never))).toMatchObject({
      code: 'VENDOR_REJECTED',
      message: 'The vendor rejected the request (HTTP 410): link expired',
    });
    expect(await rejection(one.http.stream(get(server.url), one.scope(), never))).toMatchObject({ code: 'NOT_FOUND' });
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_AUTH_FAILED', 'VENDOR_REJECTED', 'NOT_FOUND']);
  });

  test('that is cut ends with an error, not early', async () => {
    server.script({ body: 'x'.repeat(1000), cutAfter: 10 });
    const one = connect();
    const read = async ({ body }: { body: AsyncIterable<Buffer> }) => {
      for await (const _ of body);
    };
    expect(await rejection(one.http.stream(get(server.url), one.scope(), read))).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'truncated',
    });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
  });

  test('that is left half read frees its place and its connection', async () => {
    server.script({ body: 'x'.repeat(10_000), endless: true }, json(2));
    const one = connect({ concurrency: 1 });
    await one.http.stream(get(server.url), one.scope(), () => Promise.resolve());
    const received = await server.request(1);
    await received.over;
    expect((await one.http.send(get(server.url), one.scope())).status).toBe(200);
  });

  test('whose reader fails by mistake fails by that mistake, and frees its place', async () => {
    server.script(json(1), json(2));
    const one = connect({ concurrency: 1 });
    const mistake = new TypeError('not a function');
    const failing = () => Promise.reject(mistake);
    expect(await rejection(one.http.stream(get(server.url), one.scope(), failing))).toBe(mistake);
    expectOneCall(one, 'INTERNAL_SERVER_ERROR');
    expect((await one.http.send(get(server.url), one.scope())).status).toBe(200);
  });
});
