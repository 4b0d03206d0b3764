import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientEnvironment, createClientEnvironment } from '../../../test/support/client-environment.ts';
import { type EventStreamServer, startEventStreamServer } from '../../../test/support/event-stream-server.ts';
import { createClientIn } from './client.ts';
import type { LiveEvent } from './live-query.ts';
import { toTypedDocument, type TypedDocument } from './typed-document.ts';

type Counter = TypedDocument<{ readonly count: number }, { readonly by?: number | null }>;

const live: Counter = toTypedDocument('subscription { count }');
const poll: Counter = toTypedDocument('{ count }');
const full = { errors: [{ message: 'full', extensions: { code: 'OVERLOADED' } }] };
const noKey = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] };

let server: EventStreamServer;
let environment: ClientEnvironment;
let controller: AbortController;

beforeEach(async () => {
  server = await startEventStreamServer();
  environment = createClientEnvironment();
  controller = new AbortController();
});

afterEach(async () => {
  controller.abort();
  await server.close();
});

function connect() {
  return createClientIn(environment, { url: server.url });
}

function subscribe(keep?: 'latest') {
  return connect().subscribe(live, {}, { signal: controller.signal, ...(keep && { keep }) });
}

function watch() {
  return connect().watch({ live, poll }, {}, { signal: controller.signal });
}

/** The next event, in short. */
async function next(events: AsyncGenerator<LiveEvent<{ readonly count: number }>, void>): Promise<unknown> {
  const item = await events.next();
  if (item.done === true) return 'end';
  const { state, result, error } = item.value;
  return [state, result?.data.count ?? error?.code ?? null];
}

async function openNth(n: number, count: number) {
  const request = await server.nthRequest(n);
  request.open();
  request.next({ data: { count } });
  return request;
}

describe('subscribe', () => {
  test('brings the events of a stream in order', async () => {
    const events = subscribe();
    const first = next(events);
    const request = await openNth(1, 1);
    request.next({ data: { count: 2 } });
    expect([await first, await next(events)]).toEqual([
      ['live', 1],
      ['live', 2],
    ]);
  });

  test('subscribes again when the gateway ends the stream, and says so', async () => {
    const events = subscribe();
    const first = next(events);
    const request = await openNth(1, 1);
    expect(await first).toEqual(['live', 1]);
    request.complete();
    expect(await next(events)).toEqual(['reconnecting', null]);
    await environment.nthWait(1);
    environment.advance(250);
    const second = next(events);
    await openNth(2, 2);
    expect(await second).toEqual(['live', 2]);
    expect(environment.waits).toEqual([250]);
  });

  test('waits for as long as a refusal says, and ever longer where nothing says how long', async () => {
    const events = subscribe();
    const first = next(events);
    (await server.nthRequest(1)).answer(503, full, { 'retry-after': '7' });
    expect(await first).toEqual(['reconnecting', 'OVERLOADED']);
    for (const [n, ms] of [7250, 500, 1000].entries()) {
      await environment.nthWait(n + 1);
      expect(environment.waits.at(-1)).toBe(ms);
      const event = next(events);
      environment.advance(ms);
      (await server.nthRequest(n + 2)).cut();
      expect(await event).toEqual(['reconnecting', 'NETWORK_ERROR']);
    }
  });

  test('waits shortly again after a stream that lived for a while', async () => {
    const events = subscribe();
    const first = next(events);
    (await server.nthRequest(1)).answer(503, full);
    await first;
    await environment.nthWait(1);
    environment.advance(250);
    const second = next(events);
    const request = await openNth(2, 1);
    await second;
    environment.advance(10_000);
    request.complete();
    await next(events);
    await environment.nthWait(2);
    expect(environment.waits).toEqual([250, 250]);
  });

  test.each([
    [
      'a key that is refused',
      (n: number) =>
        server.nthRequest(n).then((request) => {
          request.answer(401, noKey);
        }),
    ],
    [
      'a key that is no longer valid',
      (n: number) =>
        openNth(n, 1).then((request) => {
          request.next(noKey);
        }),
    ],
    [
      'a document that is not valid',
      (n: number) =>
        server.nthRequest(n).then((request) => {
          request.answer(400, { errors: [{ message: 'no', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
        }),
    ],
  ])('throws %s, and does not subscribe again', async (_name, answer) => {
    const end = (async () => {
      for await (const _event of subscribe());
    })();
    await answer(1);
    await expect(end).rejects.toMatchObject({ name: 'RequestError' });
    expect(server.requests).toHaveLength(1);
    expect(environment.pendingTimers()).toBe(0);
  });

  test('brings a slow reader the latest event alone, if it likes', async () => {
    const events = subscribe('latest');
    const first = next(events);
    const request = await openNth(1, 1);
    await first;
    for (const count of [2, 3, 4]) request.next({ data: { count } });
    request.complete();
    await environment.nthWait(1);
    expect(await next(events)).toEqual(['live', 4]);
    expect(await next(events)).toEqual(['reconnecting', null]);
  });

  test('ends with the signal, and closes the stream', async () => {
    const events = subscribe();
    const first = next(events);
    const request = await openNth(1, 1);
    await first;
    const second = next(events);
    controller.abort();
    expect(await second).toBe('end');
    await request.closed;
    expect(environment.pendingTimers()).toBe(0);
  });

  test('closes the stream when the loop is left', async () => {
    const left = (async () => {
      for await (const _event of subscribe()) break;
    })();
    const request = await openNth(1, 1);
    await left;
    await request.closed;
  });

  test('sends nothing when the signal was aborted before', async () => {
    controller.abort();
    expect(await next(subscribe())).toBe('end');
    expect(server.requests).toHaveLength(0);
  });
});

describe('watch', () => {
  test('does not poll while a stream comes through', async () => {
    const events = watch();
    const first = next(events);
    const request = await openNth(1, 1);
    expect(await first).toEqual(['live', 1]);
    environment.advance(20_000);
    const second = next(events);
    request.next({ data: { count: 2 } });
    expect(await second).toEqual(['live', 2]);
    expect(server.requests).toHaveLength(1);
  });

  test('polls while a stream brings nothing, until it does', async () => {
    const events = watch();
    const first = next(events);
    const stream = await server.nthRequest(1);
    stream.open();
    environment.advance(5000);
    const polled = await server.nthRequest(2);
    expect(polled.body.query).toBe('{ count }');
    polled.answer(200, { data: { count: 1 } }, { 'cache-control': 'private, max-age=8' });
    expect(await first).toEqual(['polling', 1]);
    await environment.nthWait(1);
    const second = next(events);
    environment.advance(8000);
    (await server.nthRequest(3)).answer(200, { data: { count: 2 } });
    expect(await second).toEqual(['polling', 2]);
    const third = next(events);
    stream.next({ data: { count: 3 } });
    expect(await third).toEqual(['live', 3]);
    // That of the stream's silence; none of a poll.
    expect(environment.pendingTimers()).toBe(1);
    expect(server.requests).toHaveLength(3);
    expect(environment.waits).toEqual([8000, 5000]);
  });

  test('polls at once where a proxy refuses streams, and tries a stream again later', async () => {
    const events = watch();
    const first = next(events);
    (await server.nthRequest(1)).answer(406, {});
    (await server.nthRequest(2)).answer(200, { data: { count: 1 } }, { 'cache-control': 'max-age=600' });
    expect(await first).toEqual(['polling', 1]);
    await environment.nthWait(2);
    expect(environment.waits.toSorted((a, b) => a - b)).toEqual([45_000, 600_000]);
    const second = next(events);
    environment.advance(45_000);
    await openNth(3, 2);
    expect(await second).toEqual(['live', 2]);
  });

  test('reconnects before it polls', async () => {
    const events = watch();
    const first = next(events);
    const request = await openNth(1, 1);
    await first;
    request.cut();
    expect(await next(events)).toEqual(['reconnecting', 'NETWORK_ERROR']);
    await environment.nthWait(1);
    const second = next(events);
    environment.advance(250);
    await openNth(2, 2);
    expect(await second).toEqual(['live', 2]);
    environment.advance(20_000);
    expect(server.requests).toHaveLength(2);
  });

  test('reports that polls fail as well, and goes on', async () => {
    const events = watch();
    const first = next(events);
    (await server.nthRequest(1)).answer(503, full, { 'retry-after': '60' });
    expect(await first).toEqual(['reconnecting', 'OVERLOADED']);
    await environment.nthWait(1);
    const second = next(events);
    environment.advance(5000);
    (await server.nthRequest(2)).cut();
    expect(await second).toEqual(['polling', 'NETWORK_ERROR']);
    await environment.nthWait(2);
    const third = next(events);
    environment.advance(250);
    (await server.nthRequest(3)).answer(200, { data: { count: 1 } });
    expect(await third).toEqual(['polling', 1]);
  });

  test('throws what neither a stream nor a poll can do', async () => {
    const events = watch();
    const first = next(events);
    const invalid = { errors: [{ message: 'no', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
    (await server.nthRequest(1)).answer(400, invalid);
    (await server.nthRequest(2)).answer(400, invalid);
    await expect(first).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(environment.pendingTimers()).toBe(0);
  });

  test('throws a refused key at once', async () => {
    const first = next(watch());
    (await server.nthRequest(1)).answer(401, noKey);
    await expect(first).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(server.requests).toHaveLength(1);
  });
});
