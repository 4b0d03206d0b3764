import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { ExportResponse } from '@opentelemetry/otlp-exporter-base';
import type { Dispatcher } from 'undici';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { createFakeDispatcher, type FakeResponse } from '../../../test/support/fake-dispatcher.ts';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../../test/support/unhandled-rejections.ts';
import { createOtlpTransport, type OtlpTransportOptions } from './otlp-transport.ts';

failOnUnhandledRejection();

const TIMEOUT_MS = 10_000;
const STEP_MS = 25;
/** A part of a larger array, as the SDK encodes. */
const DATA = new TextEncoder().encode('| spans |').subarray(2, 7);

type Responder = (attempt: number) => FakeResponse | Promise<FakeResponse>;

function setUp(respond: Responder, options: Partial<OtlpTransportOptions> = {}) {
  const clock = manualClock(Date.parse('2026-11-20T09:30:00Z'));
  const sent: Dispatcher.DispatchOptions[] = [];
  const sentAtMs: number[] = [];
  const transport = createOtlpTransport({
    url: new URL('https://collector.example/otlp/v1/traces?tenant=1'),
    headers: { authorization: 'Bearer key' },
    compression: 'none',
    dispatcher: Promise.resolve(
      createFakeDispatcher((request) => {
        sent.push(request);
        sentAtMs.push(clock.monotonicMs());
        return respond(sent.length);
      }),
    ),
    clock,
    // The middle of the jitter.
    random: () => 0.5,
    ...options,
  });
  /** Advances the clock to the end of the timeout. */
  async function send(): Promise<ExportResponse> {
    const sending = transport.send(DATA, TIMEOUT_MS);
    for (let ms = 0; ms <= TIMEOUT_MS; ms += STEP_MS) {
      await flushPromises();
      clock.advance(STEP_MS);
    }
    return sending;
  }
  return { clock, sent, sentAtMs, send, transport };
}

function failing(code: string): Responder {
  return () => Promise.reject(Object.assign(new Error('CANARY'), { code }));
}

describe('an export', () => {
  test('is a POST to the URL with the headers, and succeeds with the body of the response', async () => {
    const { transport, sent, clock } = setUp(() => ({ body: Readable.from([Buffer.from('message')]) }));
    const response = await transport.send(DATA, TIMEOUT_MS);
    expect(response).toEqual({ status: 'success', data: Buffer.from('message') });
    expect(sent).toMatchObject([
      {
        origin: 'https://collector.example',
        path: '/otlp/v1/traces?tenant=1',
        method: 'POST',
        headers: { authorization: 'Bearer key', 'content-type': 'application/x-protobuf' },
        body: Buffer.from('spans'),
      },
    ]);
    expect(sent[0]?.body).toBeInstanceOf(Buffer);
    expect(sent[0]?.headers).not.toHaveProperty('content-encoding');
    expect(clock.pendingTimers()).toBe(0);
  });

  test('is compressed with gzip', async () => {
    const { send, sent } = setUp(() => ({}), { compression: 'gzip' });
    expect(await send()).toMatchObject({ status: 'success' });
    expect(sent[0]?.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(sent[0]?.body as Buffer).toString()).toBe('spans');
  });

  test.each([
    ['is cut off', () => Readable.from(cutOff())],
    ['is too large', () => Readable.from(tooLarge())],
  ])('has succeeded where the body of the response %s', async (_, body) => {
    const { send, sent } = setUp(() => ({ body: body() }));
    expect(await send()).toEqual({ status: 'success' });
    expect(sent).toHaveLength(1);
  });

  test('fails with the reason for which no connections can be made', async () => {
    const reason = Object.assign(new Error('no certificate'), { code: 'ENOENT' });
    const { transport } = setUp(() => ({}), { dispatcher: Promise.reject(reason) });
    await flushPromises();
    expect(await rejectionOf(transport.send(DATA, TIMEOUT_MS))).toBe(reason);
    transport.shutdown();
    await flushPromises();
  });
});

describe('a further attempt', () => {
  test.each([429, 502, 503, 504])('follows the status %d', async (statusCode) => {
    const { send, sentAtMs } = setUp((attempt) => (attempt === 1 ? { statusCode } : {}));
    expect(await send()).toMatchObject({ status: 'success' });
    expect(sentAtMs).toEqual([0, 1000]);
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_SOCKET'])(
    'follows the network error %s',
    async (code) => {
      const { send, sentAtMs } = setUp((attempt) => (attempt === 1 ? failing(code)(attempt) : {}));
      expect(await send()).toMatchObject({ status: 'success' });
      expect(sentAtMs).toEqual([0, 1000]);
    },
  );

  test.each([302, 400, 401, 404, 500])('does not follow the status %d', async (statusCode) => {
    const { send, sent } = setUp(() => ({ statusCode, body: Readable.from([Buffer.from('CANARY')]) }));
    const response = await send();
    expect(response).toMatchObject({ status: 'failure', error: { code: statusCode } });
    expect(JSON.stringify(response)).not.toContain('CANARY');
    expect(sent).toHaveLength(1);
  });

  test('does not follow the error of a certificate', async () => {
    const { send, sent } = setUp(failing('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(await send()).toMatchObject({ status: 'failure', error: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect(sent).toHaveLength(1);
  });

  test('waits longer after each failure, and is not made once the timeout would pass; the last status is reported', async () => {
    const { send, sentAtMs, clock } = setUp(() => ({ statusCode: 503 }));
    expect(await send()).toMatchObject({ status: 'retryable', error: { code: 503 } });
    // 1, 1.5, 2.25 and 3.375 seconds apart.
    expect(sentAtMs).toEqual([0, 1000, 2500, 4750, 8125]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('has jitter', async () => {
    const { send, sentAtMs } = setUp((attempt) => (attempt === 1 ? { statusCode: 503 } : {}), { random: () => 0 });
    await send();
    expect(sentAtMs).toEqual([0, 800]);
  });

  test('waits as long as Retry-After says', async () => {
    const headers = { 'retry-after': '4' };
    const { send, sentAtMs } = setUp((attempt) => (attempt === 1 ? { statusCode: 429, headers } : {}));
    expect(await send()).toMatchObject({ status: 'success' });
    expect(sentAtMs).toEqual([0, 4000]);
  });

  test('is not made where Retry-After exceeds the timeout, and the export ends at once', async () => {
    const { transport, sent } = setUp(() => ({ statusCode: 503, headers: { 'retry-after': '11' } }));
    expect(await transport.send(DATA, TIMEOUT_MS)).toMatchObject({ status: 'retryable', error: { code: 503 } });
    expect(sent).toHaveLength(1);
  });

  test('is the sixth at most', async () => {
    const { transport, sent } = setUp(() => ({ statusCode: 503, headers: { 'retry-after': '0' } }), {
      clock: { ...manualClock(), setTimer: (_, callback) => (setImmediate(callback), () => undefined) },
    });
    await transport.send(DATA, TIMEOUT_MS);
    expect(sent).toHaveLength(6);
  });
});

describe('the timeout', () => {
  const silent: Responder = () => new Promise(() => undefined);

  test('ends an export that is not answered', async () => {
    const { send, clock } = setUp(silent);
    expect(await send()).toMatchObject({ error: { code: 'ETIMEDOUT' } });
    expect(clock.pendingTimers()).toBe(0);
  });

  test('counts from the first attempt', async () => {
    const { transport, clock } = setUp((attempt) => (attempt === 1 ? { statusCode: 503 } : silent(attempt)));
    const ended: ExportResponse[] = [];
    const sending = transport.send(DATA, TIMEOUT_MS).then((response) => ended.push(response));
    for (const ms of [1000, TIMEOUT_MS - 1001]) {
      await flushPromises();
      clock.advance(ms);
    }
    await flushPromises();
    expect(ended).toEqual([]);
    clock.advance(1);
    await sending;
    expect(ended).toMatchObject([{ error: { code: 'ETIMEDOUT' } }]);
  });
});

test('a connection that the collector closes has the reason of a reset', async () => {
  const { send } = setUp(failing('UND_ERR_SOCKET'));
  expect(await send()).toMatchObject({ status: 'retryable', error: { code: 'ECONNRESET' } });
});

test('a shutdown closes the connections', async () => {
  let destroyed = 0;
  const dispatcher = { destroy: () => Promise.resolve((destroyed += 1)) } as unknown as Dispatcher;
  const { transport } = setUp(() => ({}), { dispatcher: Promise.resolve(dispatcher) });
  transport.shutdown();
  await flushPromises();
  expect(destroyed).toBe(1);
});

async function* cutOff(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from('part'));
  throw new Error('other side closed');
}

async function* tooLarge(): AsyncGenerator<Buffer> {
  const chunk = await Promise.resolve(Buffer.alloc(2 ** 20));
  for (let sent = 0; sent <= 4; sent += 1) yield chunk;
}
