import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Agent, type Dispatcher } from 'undici';
import { VendorError } from '../../../src/domain/vendor-error.ts';
import { rejection } from '../../support/caught.ts';
import { json } from '../../support/scripted-server.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { get } from '../support.ts';
import { expectOneCall, gate, rig } from './rig.ts';

failOnUnhandled();
const { server, connect } = rig();

describe('credentials', () => {
  test('are made once for every attempt', async () => {
    server().script(json(1), json(2));
    const one = connect();
    let made = 0;
    const request = get(server().url, { authorize: () => Promise.resolve({ auth: `token-${(made += 1)}` }) });
    await one.http.send(request, one.scope());
    await one.http.send(request, one.scope());
    expect(server().received.map(({ headers }) => headers.auth)).toEqual(['token-1', 'token-2']);
  });

  test('that cannot be had: no call is made, and none is counted', async () => {
    const one = connect();
    const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'token' } as const;
    const refused = new VendorError(target, 'VENDOR_AUTH_FAILED', 'no');
    const request = get(server().url, { authorize: () => Promise.reject(refused) });
    expect(await rejection(one.http.send(request, one.scope()))).toBe(refused);
    expect(server().connections()).toBe(0);
    expect(one.records).toEqual([]);
  });

  test('that are made wrongly for a later attempt: the call fails by that mistake, not as the vendor failed', async () => {
    server().script(json({}, 503));
    const one = connect({ retries: 1, random: () => 0 });
    const mistake = new TypeError('not a function');
    const made = [() => ({ auth: 'token' }), () => Promise.reject(mistake)];
    const request = get(server().url, { authorize: () => made.shift()?.() ?? {} });
    expect(await rejection(one.http.send(request, one.scope()))).toBe(mistake);
    expect(server().received).toHaveLength(1);
    expectOneCall(one, 'VENDOR_UNAVAILABLE');
  });

  test('may be fetched over the same account even when it has but one place', async () => {
    server().script(json({ token: 'abc' }), json({}));
    const one = connect({ concurrency: 1 });
    const authorize = async () => {
      const reply = await one.http.send(get(new URL('/token', server().url), { endpoint: 'token' }), one.scope());
      return { auth: (JSON.parse(reply.body.toString()) as { token: string }).token };
    };
    await one.http.send(get(server().url, { authorize }), one.scope());
    expect(server().received.map(({ path, headers }) => [path, headers.auth])).toEqual([
      ['/token', undefined],
      ['/', 'abc'],
    ]);
  });

  test('that no header can hold are the account’s fault, and are not shown', async () => {
    const one = connect();
    const request = get(server().url, { authorize: () => ({ auth: 'CANARY\r\nx: y' }) });
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
    server().script({ hang: true }, json(2));
    const one = connect({ concurrency: 1 });
    const controller = new AbortController();
    const gone = rejection(one.http.send(get(server().url), one.scope(controller.signal)));
    const received = await server().request(1);
    const next = one.http.send(get(server().url), one.scope());
    controller.abort(reason);
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect((await next).status).toBe(200);
    await received.over;
    expect(received.aborted()).toBe(true);
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_TIMEOUT', 'OK']);
  });

  test.each(REASONS)('in the middle of the body (%s)', async (_name, reason) => {
    const never = gate();
    server().script({ body: 'x', bodyUntil: never.promise });
    const one = connect();
    const controller = new AbortController();
    const gone = rejection(
      one.http.stream(get(server().url), one.scope(controller.signal), async ({ body }) => {
        controller.abort(reason);
        for await (const _ of body);
      }),
    );
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
    await (
      await server().request(1)
    ).over;
  });

  test.each(REASONS)('in the middle of an error’s body, whose status is no answer then (%s)', async (_name, reason) => {
    const controller = new AbortController();
    // As undici does it; over a socket nobody could tell when the status is in.
    const read = function (this: Readable) {
      controller.abort(reason);
      this.destroy(controller.signal.reason as Error);
    };
    const request = () => Promise.resolve({ statusCode: 503, headers: {}, body: new Readable({ read }) });
    const dispatcher = { request, destroy: () => Promise.resolve() } as unknown as Dispatcher;
    const one = connect({ dispatcher });
    const error = await rejection(one.http.send(get(server().url), one.scope(controller.signal)));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expectOneCall(one, 'VENDOR_TIMEOUT');
  });

  test.each(REASONS)('while waiting for a place: no call is made (%s)', async (_name, reason) => {
    server().script({ hang: true });
    const one = connect({ concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const busy = rejection(one.http.send(get(server().url), one.scope(first.signal)));
    await server().request(1);
    const gone = rejection(one.http.send(get(server().url), one.scope(second.signal)));
    second.abort(reason);
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(one.records).toEqual([]);
    first.abort();
    await busy;
    expect(server().received).toHaveLength(1);
  });

  test('before it came: no call is made', async () => {
    const one = connect();
    const error = await rejection(one.http.send(get(server().url), one.scope(AbortSignal.abort())));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(server().connections()).toBe(0);
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
