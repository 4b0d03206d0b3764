import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { createFakeDispatcher } from '../../test/support/fake-dispatcher.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { createDeferred, expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';
import { VendorError } from '../domain/vendor-error.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

describe('credentials', () => {
  test('obtains credentials once per attempt', async () => {
    server().script(jsonStep(1), jsonStep(2));
    const harness = connect();
    let made = 0;
    const request = createRequest(server().url, { authorize: () => Promise.resolve({ auth: `token-${(made += 1)}` }) });
    await harness.http.send(request, harness.context());
    await harness.http.send(request, harness.context());
    expect(server().received.map(({ headers }) => headers.auth)).toEqual(['token-1', 'token-2']);
  });

  test('makes and records no call when the credentials cannot be obtained', async () => {
    const harness = connect();
    const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'token' } as const;
    const authError = new VendorError(target, 'VENDOR_AUTH_FAILED', 'no');
    const request = createRequest(server().url, { authorize: () => Promise.reject(authError) });
    expect(await rejectionOf(harness.http.send(request, harness.context()))).toBe(authError);
    expect(server().connections()).toBe(0);
    expect(harness.records).toEqual([]);
  });

  test('rejects with a programming error in authorize of a later attempt, not with the vendor’s earlier error', async () => {
    server().script(jsonStep({}, 503));
    const harness = connect({ maxRetries: 1, random: () => 0 });
    const mistake = new TypeError('not a function');
    const made = [() => ({ auth: 'token' }), () => Promise.reject(mistake)];
    const request = createRequest(server().url, { authorize: () => made.shift()?.() ?? {} });
    expect(await rejectionOf(harness.http.send(request, harness.context()))).toBe(mistake);
    expect(server().received).toHaveLength(1);
    expectSingleCall(harness, 'VENDOR_UNAVAILABLE');
  });

  test('can fetch a token over the same account with a concurrency of 1', async () => {
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

  test('rejects credentials that no header can hold, without showing them', async () => {
    const harness = connect();
    const request = createRequest(server().url, { authorize: () => ({ auth: 'CANARY\r\nx: y' }) });
    const error = await rejectionOf(harness.http.send(request, harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', reason: 'unsendable', retryable: false });
    expect(String(error)).not.toContain('CANARY');
    expectSingleCall(harness, 'VENDOR_REJECTED');
  });
});

describe('an aborted call', () => {
  /** The reason of a caller's signal makes no difference. */
  const REASONS: readonly (readonly [string, unknown])[] = [
    ['AbortError', undefined],
    ['an error of the caller', new Error('deadline of the request')],
    ['a string', 'gone'],
  ];

  test.each(REASONS)('cancels the request and frees its slot (%s)', async (_name, reason) => {
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

  test.each(REASONS)('cancels in the middle of the body (%s)', async (_name, reason) => {
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

  test.each(REASONS)(
    'reports a cancellation, not the status, in the middle of an error body (%s)',
    async (_name, reason) => {
      const controller = new AbortController();
      // Imitates undici: over a socket, a test could not detect when the status has arrived.
      const read = function (this: Readable) {
        controller.abort(reason);
        this.destroy(controller.signal.reason as Error);
      };
      const dispatcher = createFakeDispatcher(() => ({ statusCode: 503, body: new Readable({ read }) }));
      const harness = connect({ dispatcher });
      const error = await rejectionOf(
        harness.http.send(createRequest(server().url), harness.context(controller.signal)),
      );
      expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
      expectSingleCall(harness, 'VENDOR_TIMEOUT');
    },
  );

  test.each(REASONS)('makes no call when aborted while waiting for a slot (%s)', async (_name, reason) => {
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

  test('makes no call when the signal is already aborted', async () => {
    const harness = connect();
    const error = await rejectionOf(
      harness.http.send(createRequest(server().url), harness.context(AbortSignal.abort())),
    );
    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(server().connections()).toBe(0);
  });

  test('cancels while the connection is being established', async () => {
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
