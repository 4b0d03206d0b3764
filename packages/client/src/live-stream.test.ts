import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientEnvironment, createClientEnvironment } from '../../../test/support/client-environment.ts';
import { type EventStreamServer, startEventStreamServer } from '../../../test/support/event-stream-server.ts';
import { readLiveStream } from './live-stream.ts';
import type { Outcome } from './outcome.ts';

let server: EventStreamServer;
let environment: ClientEnvironment;

beforeEach(async () => {
  server = await startEventStreamServer();
  environment = createClientEnvironment();
});

afterEach(async () => {
  await server.close();
});

/** Reads one stream; `outcomes` are data, or error codes. */
function readStream(signal = new AbortController().signal) {
  const outcomes: unknown[] = [];
  const waiters = new Map<number, () => void>();
  const onOutcome = ({ result, error }: Outcome<unknown>): void => {
    outcomes.push(error ? error.code : result.data);
    waiters.get(outcomes.length)?.();
  };
  const options = { url: server.url, token: 'key' };
  const request = { query: 'subscription { count }', variables: { by: 2 } };
  const end = readLiveStream(environment, options, request, { signal, onOutcome });
  const nthOutcome = (n: number) => new Promise<void>((resolve) => waiters.set(n, resolve));
  return { outcomes, end, nthOutcome };
}

describe('one stream', () => {
  test('is asked for and read to its end', async () => {
    const { outcomes, end } = readStream();
    const request = await server.nthRequest(1);
    expect(request.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer key' });
    expect(request.body).toEqual({ query: 'subscription { count }', variables: { by: 2 } });
    request.open();
    request.write(':\n\n');
    request.next({ data: { count: 1 } });
    request.next({ data: { count: 2 }, errors: [{ message: 'partial' }] });
    request.complete();
    await end;
    expect(outcomes).toEqual([{ count: 1 }, { count: 2 }]);
    expect(environment.pendingTimers()).toBe(0);
  });

  test('is read with a byte order mark, CRLF and characters cut between two parts', async () => {
    const { outcomes, end, nthOutcome } = readStream();
    const request = await server.nthRequest(1);
    request.open();
    const bytes = new TextEncoder().encode('\uFEFFevent: next\r\ndata: {"data":\r\ndata: "Zoë"}\r\n\r\n');
    const first = nthOutcome(1);
    for (const byte of bytes) request.write(Uint8Array.of(byte));
    await first;
    request.complete();
    await end;
    expect(outcomes).toEqual(['Zoë']);
  });

  test('goes on while the vendors fail', async () => {
    const { outcomes, end } = readStream();
    const request = await server.nthRequest(1);
    request.open();
    const extensions = { code: 'VENDOR_UNAVAILABLE', retryable: true };
    request.next({ data: null, errors: [{ message: 'down', extensions }] });
    request.next({ data: { count: 1 } });
    request.complete();
    await end;
    expect(outcomes).toEqual(['VENDOR_UNAVAILABLE', { count: 1 }]);
  });

  test('rejects with a failure that stays', async () => {
    const { outcomes, end } = readStream();
    const request = await server.nthRequest(1);
    request.open();
    request.next({ data: { count: 1 } });
    request.next({ errors: [{ message: 'The key is no longer valid.', extensions: { code: 'UNAUTHENTICATED' } }] });
    await expect(end).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(outcomes).toEqual([{ count: 1 }]);
    await request.closed;
  });

  test('rejects with the refusal that the stream consists of, and its time', async () => {
    const { end } = readStream();
    const request = await server.nthRequest(1);
    request.open();
    request.next({ errors: [{ message: 'full', extensions: { code: 'OVERLOADED', retryAfterSeconds: 4 } }] });
    request.complete();
    await expect(end).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 4 });
  });

  test.each([
    [503, { errors: [{ message: 'full', extensions: { code: 'OVERLOADED' } }] }, { code: 'OVERLOADED', status: 503 }],
    [406, {}, { code: 'BAD_RESPONSE', status: 406 }],
    [200, { data: { count: 1 } }, { code: 'BAD_RESPONSE', message: expect.stringContaining('application/json') }],
  ])('rejects where the answer is no stream (%i)', async (status, body, error) => {
    const { end } = readStream();
    (await server.nthRequest(1)).answer(status, body);
    await expect(end).rejects.toMatchObject(error);
  });

  test('rejects where the connection breaks', async () => {
    const { end, nthOutcome } = readStream();
    const request = await server.nthRequest(1);
    request.open();
    const first = nthOutcome(1);
    request.next({ data: { count: 1 } });
    await first;
    request.cut();
    await expect(end).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  });

  test('is no longer silent with each part that comes', async () => {
    const { outcomes, end, nthOutcome } = readStream();
    const request = await server.nthRequest(1);
    request.open();
    for (const count of [1, 2, 3]) {
      const outcome = nthOutcome(count);
      request.next({ data: { count } });
      await outcome;
      environment.advance(35_000);
    }
    request.complete();
    await end;
    expect(outcomes).toHaveLength(3);
  });

  test('rejects and disconnects when it was silent for too long, whether opened or not', async () => {
    for (const isOpen of [false, true]) {
      const { end, nthOutcome } = readStream();
      const request = await server.nthRequest(isOpen ? 2 : 1);
      if (isOpen) {
        const first = nthOutcome(1);
        environment.advance(35_000);
        request.open();
        request.next({ data: { count: 1 } });
        await first;
        environment.advance(35_000);
      }
      environment.advance(36_000);
      await expect(end).rejects.toMatchObject({
        code: 'NETWORK_ERROR',
        message: expect.stringContaining('36 seconds'),
      });
      await request.closed;
    }
  });

  test('rejects with the reason of the abort, and disconnects', async () => {
    const controller = new AbortController();
    const { end, nthOutcome } = readStream(controller.signal);
    const request = await server.nthRequest(1);
    request.open();
    const first = nthOutcome(1);
    request.next({ data: { count: 1 } });
    await first;
    controller.abort(new Error('left'));
    await expect(end).rejects.toThrow('left');
    await request.closed;
    expect(environment.pendingTimers()).toBe(0);
  });
});
