import { describe, expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { BodyTooLargeError, DispatchedRequest } from './dispatched-request.ts';

failOnUnhandledRejection();

const OPTIONS = { origin: 'http://vendor.example', path: '/', method: 'GET' } as const;
const MAX_BYTES = 10;
const REASON = new Error('enough');

/** A dispatched request whose response the test plays, as undici would. */
function setUp() {
  const aborts: Error[] = [];
  const controller = { abort: (reason: Error) => aborts.push(reason) } as unknown as Dispatcher.DispatchController;
  const dispatcher = { dispatch: () => true } as unknown as Dispatcher;
  const dispatched = new DispatchedRequest(dispatcher, OPTIONS, (status) => (status === 200 ? MAX_BYTES : 1));
  const receive = (...chunks: readonly Buffer[]) => {
    for (const chunk of chunks) dispatched.onResponseData(controller, chunk);
  };
  return { aborts, controller, dispatched, receive };
}

describe('a dispatched request', () => {
  test('passes on the buffer of a body of one chunk, and joins several', async () => {
    for (const chunks of [[], ['all'], ['a', 'b', 'c']].map((texts) => texts.map((text) => Buffer.from(text)))) {
      const { controller, dispatched, receive } = setUp();
      dispatched.onRequestStart(controller);
      dispatched.onResponseStart(controller, 200, { a: 'b' });
      receive(...chunks);
      dispatched.onResponseEnd();
      const body = await dispatched.body;
      expect(body).toEqual(Buffer.concat(chunks));
      if (chunks.length === 1) expect(body).toBe(chunks[0]);
      expect([dispatched.head, dispatched.bytes]).toEqual([{ statusCode: 200, headers: { a: 'b' } }, body.length]);
    }
  });

  test('ignores an interim response', () => {
    const { controller, dispatched } = setUp();
    dispatched.onResponseStart(controller, 103, { link: '</style.css>' });
    expect(dispatched.head).toBeNull();
  });

  test.each([
    [200, MAX_BYTES],
    [503, 1],
  ])('closes the connection when a body of status %i exceeds %i bytes, and ignores the rest', async (status, max) => {
    const { aborts, controller, dispatched, receive } = setUp();
    dispatched.onRequestStart(controller);
    dispatched.onResponseStart(controller, status, {});
    receive(Buffer.alloc(max));
    expect(aborts).toEqual([]);
    receive(Buffer.alloc(1), Buffer.alloc(1));
    expect(await rejectionOf(dispatched.body)).toBeInstanceOf(BodyTooLargeError);
    expect(aborts).toHaveLength(1);
  });

  test('rejects at once when aborted while connecting, and sends nothing later', async () => {
    const { aborts, controller, dispatched } = setUp();
    dispatched.abort(REASON);
    expect(await rejectionOf(dispatched.body)).toBe(REASON);
    dispatched.onRequestStart(controller);
    expect(aborts).toEqual([REASON]);
  });

  test('rejects with the first reason, whatever undici reports later', async () => {
    const { aborts, controller, dispatched } = setUp();
    dispatched.onRequestStart(controller);
    dispatched.abort(REASON);
    dispatched.abort(new Error('another'));
    dispatched.onResponseError(controller, new Error('aborted'));
    expect(await rejectionOf(dispatched.body)).toBe(REASON);
    expect(aborts).toEqual([REASON]);
  });

  test('rejects with undici’s error, also before there is a connection', async () => {
    const { dispatched } = setUp();
    dispatched.onResponseError(null, REASON);
    expect(await rejectionOf(dispatched.body)).toBe(REASON);
  });

  test('closes no connection after the last byte: the next request may use it', async () => {
    const { aborts, controller, dispatched } = setUp();
    dispatched.onRequestStart(controller);
    dispatched.onResponseStart(controller, 200, {});
    dispatched.onResponseEnd();
    dispatched.abort(REASON);
    expect(await dispatched.body).toHaveLength(0);
    expect(aborts).toEqual([]);
  });
});
