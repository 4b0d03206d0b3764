import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import { thrownBy } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createAttempt, type ResponseReader } from './attempt.ts';
import { vendorError } from './response.ts';
import type { CallRecord } from './types.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
const REQUEST = createRequest('http://vendor.example/path?x=1', { keys: 3 });

const readText: ResponseReader<string> = async (_response, chunks) => {
  const received: Buffer[] = [];
  for await (const chunk of chunks) received.push(chunk);
  return { value: Buffer.concat(received).toString(), error: null };
};

type Send = (options: Dispatcher.RequestOptions) => Promise<unknown>;
function respondWith(body: Readable) {
  return Promise.resolve({ statusCode: 200, headers: {}, body });
}

/** An attempt over a dispatcher that responds as the test says. */
function setUp(send: Send) {
  const clock = manualClock();
  const records: CallRecord[] = [];
  const metricCalls: unknown[] = [];
  const attempt = createAttempt({
    timeoutMs: 1000,
    clock,
    dispatcher: { request: send } as unknown as Dispatcher,
    metrics: { ...createMetrics(), vendorCall: (call) => metricCalls.push(call) },
  });
  const run = <T>(read: ResponseReader<T>, signal = new AbortController().signal) => {
    const context = { signal, record: (call: CallRecord) => records.push(call), restrictCache: () => undefined };
    return attempt(REQUEST, { auth: 'token' }, TARGET, context, read);
  };
  return { clock, records, metricCalls, run };
}

test('sends the request once, without undici’s own timeouts, and returns what the reader returns', async () => {
  const sent: Dispatcher.RequestOptions[] = [];
  const { run, records, metricCalls } = setUp((options) => {
    sent.push(options);
    return respondWith(Readable.from([Buffer.from('hel'), Buffer.from('lo')]));
  });
  const { value, error } = await run(readText);
  expect([value(), error]).toEqual(['hello', null]);
  expect(sent).toMatchObject([
    {
      origin: 'http://vendor.example',
      path: '/path?x=1',
      method: 'GET',
      headers: { auth: 'token' },
      headersTimeout: 0,
      bodyTimeout: 0,
    },
  ]);
  const { account, endpoint } = TARGET;
  expect(records).toEqual([{ account, endpoint, outcome: 'OK', servedFrom: 'VENDOR', ms: 0, bytes: 5, keys: 3 }]);
  expect(metricCalls).toEqual(records);
});

test('records the error that the reader reports next to a value', async () => {
  const { run, records } = setUp(() => respondWith(Readable.from([])));
  const readError = vendorError(TARGET, 'VENDOR_REJECTED', { status: 400 });
  const { value, error } = await run(() => Promise.resolve({ value: 1, error: readError }));
  expect([value(), error]).toEqual([1, readError]);
  expect(records).toMatchObject([{ outcome: 'VENDOR_REJECTED' }]);
});

test('converts a connection error to a VendorError, and records it', async () => {
  const { run, records } = setUp(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })));
  const { value, error } = await run(readText);
  expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'connect' });
  expect(thrownBy(value)).toBe(error);
  expect(records).toMatchObject([{ outcome: 'VENDOR_UNAVAILABLE', bytes: 0 }]);
});

test('aborts at its deadline, even if the dispatcher never responds, and records the duration', async () => {
  const { run, records, clock } = setUp(() => new Promise(() => undefined));
  const pending = run(readText);
  clock.advance(1000);
  expect((await pending).error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'timeout_total' });
  expect(records).toMatchObject([{ outcome: 'VENDOR_TIMEOUT', ms: 1000 }]);
  expect(clock.pendingTimers()).toBe(0);
});

test('reports any failure after the caller’s abort as cancelled', async () => {
  const controller = new AbortController();
  const { run } = setUp(() => {
    controller.abort();
    return Promise.reject(Object.assign(new Error('no'), { code: 'ECONNRESET' }));
  });
  expect((await run(readText, controller.signal)).error).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
});

test('rethrows a programming error of the reader, records it, and destroys the body', async () => {
  const body = Readable.from([Buffer.from('x')]);
  const { run, records, clock } = setUp(() => respondWith(body));
  const mistake = new TypeError('not a function');
  const { value, error } = await run(() => Promise.reject(mistake));
  expect([thrownBy(value), error]).toEqual([mistake, null]);
  expect(records).toMatchObject([{ outcome: 'INTERNAL_SERVER_ERROR' }]);
  expect([body.destroyed, clock.pendingTimers()]).toEqual([true, 0]);
});
