import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Agent, type Dispatcher } from 'undici';
import { VendorError } from '../domain/vendor-error.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { expectSingleCall, createDeferred, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

describe('credentials', () => {
  test('are made once for every attempt', async () => {
    server().script(jsonStep(1), jsonStep(2));
    const harness = connect();
    let made = 0;
    const request = createRequest(server().url, { authorize: () => Promise.resolve({ auth: `token-${(made += 1)}` }) });
    await harness.http.send(request, harness.context());
    await harness.http.send(request, harness.context());
    expect(server().received.map(({ headers }) => headers.auth)).toEqual(['token-1', 'token-2']);
  });

  test('that cannot be had: no call is made, and none is counted', async () => {
    const harness = connect();
    const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'token' } as const;
    const refused = new VendorError(target, 'VENDOR_AUTH_FAILED', 'no');
    const request = createRequest(server().url, { authorize: () => Promise.reject(refused) });
    expect(await rejectionOf(harness.http.send(request, harness.context()))).toBe(refused);
    expect(server().connections()).toBe(0);
    expect(harness.records).toEqual([]);
  });

  test('that are made wrongly for a later attempt: the call fails by that mistake, not as the vendor failed', async () => {
    server().script(jsonStep({}, 503));
    const harness = connect({ maxRetries: 1, random: () => 0 });
    const mistake = new TypeError('not a function');
    const made = [() => ({ auth: 'token' }), () => Promise.reject(mistake)];
    const request = createRequest(server().url, { authorize: () => made.shift()?.() ?? {} });
    expect(await rejectionOf(harness.http.send(request, harness.context()))).toBe(mistake);
    expect(server().received).toHaveLength(1);
    expectSingleCall(harness, 'VENDOR_UNAVAILABLE');
  });

  test('may be fetched over the same account even when it has but one place', async () => {
    server().script(jsonStep({ token: 'abc' }), jsonStep({}));
    const harness = connect({ concurrency: 1 });
    const authorize = async () => {
      const response = await harness.http.send(
        createRequest(new URL('/token', server().url), { endpoint: 'token' }),
        harness.context(),
      );
      return { auth: (JSON.parse(response.body.toString()) as { token: string }).token };
    };
    await harness.http.send(createRequest(server().url, { authorize }), harness.context());
    expect(server().received.map(({ path, headers }) => [path, headers.auth])).toEqual([
      ['/token', undefined],
      ['/', 'abc'],
    ]);
  });

  test('that no header can hold are the account’s fault, and are not shown', async () => {
    const harness = connect();
    const request = createRequest(server().url, { authorize: () => ({ auth: 'CANARY\r\nx: y' }) });
    const error = await rejectionOf(harness.http.send(request, harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', reason: 'unsendable', retryable: false });
    expect(String(error)).not.toContain('CANARY');
    expectSingleCall(harness, 'VENDOR_REJECTED');
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
    server().script({ hang: true }, jsonStep(2));
    const harness = connect({ concurrency: 1 });
    const controller = new AbortController();
    const gone = rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
    const received = await server().nthRequest(1);
    const next = harness.http.send(createRequest(server().url), harness.context());
    controller.abort(reason);
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect((await next).status).toBe(200);
    await received.closed;
    expect(received.aborted()).toBe(true);
    expect(harness.records.map((record) => record.outcome)).toEqual(['VENDOR_TIMEOUT', 'OK']);
  });

  test.each(REASONS)('in the middle of the body (%s)', async (_name, reason) => {
    const never = createDeferred();
    server().script({ body: 'x', delayBodyUntil: never.promise });
    const harness = connect();
    const controller = new AbortController();
    const gone = rejectionOf(
      harness.http.stream(createRequest(server().url), harness.context(controller.signal), async ({ body }) => {
        controller.abort(reason);
        for await (const _ of body);
      }),
    );
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expectSingleCall(harness, 'VENDOR_TIMEOUT');
    await (
      await server().nthRequest(1)
    ).closed;
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
    const harness = connect({ dispatcher });
    const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expectSingleCall(harness, 'VENDOR_TIMEOUT');
  });

  test.each(REASONS)('while waiting for a place: no call is made (%s)', async (_name, reason) => {
    server().script({ hang: true });
    const harness = connect({ concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const busy = rejectionOf(harness.http.send(createRequest(server().url), harness.context(first.signal)));
    await server().nthRequest(1);
    const gone = rejectionOf(harness.http.send(createRequest(server().url), harness.context(second.signal)));
    second.abort(reason);
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(harness.records).toEqual([]);
    first.abort();
    await busy;
    expect(server().received).toHaveLength(1);
  });

  test('before it came: no call is made', async () => {
    const harness = connect();
    const error = await rejectionOf(
      harness.http.send(createRequest(server().url), harness.context(AbortSignal.abort())),
    );
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(server().connections()).toBe(0);
  });

  test('while the connection is being established', async () => {
    const harness = connect({ dispatcher: new Agent({ connect: () => undefined }) });
    const controller = new AbortController();
    const gone = rejectionOf(
      harness.http.send(createRequest('http://127.0.0.1:9/'), harness.context(controller.signal)),
    );
    setImmediate(() => {
      controller.abort();
    });
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  });
});
