import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import { manualClock } from '../../test/support/clock.ts';
import { createFakeDispatcher } from '../../test/support/fake-dispatcher.ts';
import { createRequest } from '../../test/support/http-harness.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createAttempts, type ResponseReader } from './attempt.ts';
import type { ResponseHead } from './dispatched-request.ts';
import { vendorError } from './response.ts';
import type { CallRecord } from './types.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
const MAX_BYTES = 1000;
const REQUEST = createRequest('http://vendor.example/path?x=1', { keys: 3 });

function readText(_head: ResponseHead, body: Buffer | VendorError) {
  if (body instanceof VendorError) throw body;
  return body.toString();
}

/** Attempts over a dispatcher that responds as the test says. */
function setUp(respond: Parameters<typeof createFakeDispatcher>[0]) {
  const clock = manualClock();
  const records: CallRecord[] = [];
  const metricCalls: unknown[] = [];
  const attempts = createAttempts({
    timeoutMs: 1000,
    clock,
    dispatcher: createFakeDispatcher(respond),
    metrics: { ...createMetrics(), vendorCall: (call) => metricCalls.push(call) },
  });
  const run = <T>(read: ResponseReader<T>, signal = new AbortController().signal) => {
    const context = { signal, record: (call: CallRecord) => records.push(call), restrictCache: () => undefined };
    const call = { request: REQUEST, headers: { auth: 'token' }, target: TARGET, context };
    return attempts.complete(call, () => MAX_BYTES, read);
  };
  return { clock, records, metricCalls, run };
}

test('sends the request once, without undici’s own timeouts, and returns what the reader returns', async () => {
  const sent: Dispatcher.DispatchOptions[] = [];
  const { run, records, metricCalls } = setUp((options) => {
    sent.push(options);
    return { body: Readable.from([Buffer.from('hel'), Buffer.from('lo')]) };
  });
  expect(await run(readText)).toEqual({ value: 'hello', error: null });
  expect(sent).toEqual([
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

test('records the VendorError of the reader', async () => {
  const { run, records } = setUp(() => ({}));
  const rejected = vendorError(TARGET, 'VENDOR_REJECTED', { status: 400, reason: 'status_400' });
  expect(await run(() => Promise.reject(rejected))).toEqual({ thrown: rejected, error: rejected });
  expect(records).toMatchObject([{ outcome: 'VENDOR_REJECTED', reason: 'status_400', status: 400 }]);
});

test('passes the status on with the error of a body that is too long', async () => {
  const body = Readable.from([Buffer.alloc(MAX_BYTES), Buffer.from('x'), Buffer.from('x')]);
  const { run, records } = setUp(() => ({ statusCode: 418, body }));
  const result = await run(({ statusCode }, failure) => [statusCode, failure]);
  expect(result).toMatchObject({ value: [418, { code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' }] });
  expect(records).toMatchObject([{ outcome: 'OK', bytes: MAX_BYTES + 1 }]);
  expect(body.destroyed).toBe(true);
});

test('converts a connection error to a VendorError, and records it', async () => {
  const { run, records } = setUp(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })));
  const result = await run(readText);
  expect(result.error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'connect' });
  expect(result).toEqual({ thrown: result.error, error: result.error });
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

test('sends nothing for a caller that has aborted', async () => {
  let sent = 0;
  const { run, records, clock } = setUp(() => {
    sent += 1;
    return {};
  });
  expect((await run(readText, AbortSignal.abort())).error).toMatchObject({ reason: 'cancelled' });
  expect([sent, records.length, clock.pendingTimers()]).toEqual([0, 1, 0]);
});

test('leaves no listener on a signal that lives longer', async () => {
  const { signal } = new AbortController();
  const { run } = setUp(() => ({}));
  await run(readText, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('rethrows a programming error of the reader, and records it', async () => {
  const { run, records, clock } = setUp(() => ({}));
  const mistake = new TypeError('not a function');
  expect(await run(() => Promise.reject(mistake))).toEqual({ thrown: mistake, error: null });
  expect(records).toMatchObject([{ outcome: 'INTERNAL_SERVER_ERROR' }]);
  expect(clock.pendingTimers()).toBe(0);
});
