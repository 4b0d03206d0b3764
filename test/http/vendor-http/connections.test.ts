import { describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { rejection } from '../../support/caught.ts';
import { freePort } from '../../support/free-port.ts';
import { manualClock } from '../../support/clock.ts';
import { json } from '../../support/scripted-server.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { get } from '../support.ts';
import { expectOneCall, gate, rig } from './rig.ts';

failOnUnhandled();
const { server, connect } = rig();

describe('time', () => {
  test('no answer at all: VENDOR_TIMEOUT, and the connection is given up', async () => {
    server().script({ hang: true });
    const one = connect({ timeoutMs: 50 });
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total', retryable: true });
    expectOneCall(one, 'VENDOR_TIMEOUT');
    const received = await server().request(1);
    await received.over;
    expect(received.aborted()).toBe(true);
  });

  test('a body that drips does not outlast the deadline', async () => {
    server().script({ body: 'x'.repeat(1000), dripEveryMs: 10 });
    const one = connect({ timeoutMs: 100 });
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
    await (
      await server().request(1)
    ).over;
  });

  test('headers, and then nothing', async () => {
    server().script({ body: 'x', bodyUntil: gate().promise });
    const one = connect({ timeoutMs: 80 });
    const error = await rejection(one.http.send(get(server().url), one.scope()));
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
    server().script({ ...json(1), until: first.promise }, json(2));
    const one = connect({ clock, timeoutMs: 100 });
    const early = one.http.send(get(server().url), one.scope());
    await server().request(1);
    clock.advance(99);
    await one.http.send(get(server().url), one.scope());
    first.resolve(undefined);
    expect((await early).status).toBe(200);
    expect(one.records.map((record) => record.ms)).toEqual([0, 99]);
    expect(clock.waiting()).toBe(0);
  });

  test('waiting for a place does not count', async () => {
    const clock = manualClock();
    const first = gate();
    server().script({ ...json(1), until: first.promise }, json(2));
    const one = connect({ clock, timeoutMs: 100, concurrency: 1 });
    const early = one.http.send(get(server().url), one.scope());
    await server().request(1);
    const late = one.http.send(get(server().url), one.scope());
    clock.advance(90);
    first.resolve(undefined);
    await early;
    await server().request(2);
    clock.advance(90);
    expect((await late).status).toBe(200);
  });
});

describe('no connection', () => {
  test('a port where nobody listens', async () => {
    const port = await freePort();
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
    const url = new URL(server().url);
    url.protocol = 'https:';
    const error = await rejection(one.http.send(get(url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'tls' });
  });

  test('one that is broken off before an answer', async () => {
    server().script({ reset: true });
    const one = connect();
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'reset', retryable: true });
    expectOneCall(one, 'VENDOR_UNAVAILABLE');
  });
});
