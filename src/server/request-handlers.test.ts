import { on, once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
import { startTestServer } from '../../test/support/server-harness.ts';
import { settingsShape } from '../config/settings.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import type { CallerStanding } from './auth-standing.ts';

const UNREADABLE = { failure: 'unknown_key' } as const;

/** Standings by the names of callers, which are what clients send as their keys. */
function authentication(standings: Readonly<Record<string, CallerStanding>>) {
  return {
    authenticate: (authorization = '') => {
      const name = authorization.replace('Bearer ', '');
      return standings[name] === 'revoked' ? UNREADABLE : { ...anonymousCaller, name };
    },
    standingOf: ({ name }: Caller) => standings[name] ?? 'valid',
  };
}

async function openSocket(url: string, key: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const closed = once(socket, 'close').then(([code]) => code as number);
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: key } }));
  const messages = on(socket, 'message', { close: ['close'] });
  const next = async () => JSON.parse(String(((await messages.next()).value as [unknown])[0])) as object;
  await next();
  return { socket, closed, next };
}

test('requests in flight end by the configuration by which they began, and are waited for', async () => {
  const started = Promise.withResolvers<undefined>();
  const release = Promise.withResolvers<string>();
  const server = await startTestServer({
    wait: () => {
      started.resolve(undefined);
      return release.promise;
    },
  });
  const inFlight = server.post({ query: '{ wait }' });
  await started.promise;
  let isUnused = false;
  const replaced = server.reconfigure({ authenticate: () => UNREADABLE }).then(() => (isUnused = true));
  expect((await server.post({ query: '{ hello }' })).status).toBe(401);
  expect(isUnused).toBe(false);
  release.resolve('done');
  expect(await (await inFlight).json()).toEqual({ data: { wait: 'done' } });
  await replaced;
  await server.stop();
});

test('what callers have used of their limits counts on', async () => {
  const limits = settingsShape.limits.parse({ callerRequestsPerMinute: 1 });
  const server = await startTestServer({ limits: { callerRequestsPerMinute: 1 } });
  expect((await server.post({ query: '{ hello }' })).status).toBe(200);
  await server.reconfigure({ limits });
  expect((await server.post({ query: '{ hello }' })).status).toBe(429);
  await server.stop();
});

describe('streams over server-sent events', () => {
  test('go on under another configuration, by which they are executed at once', async () => {
    const server = await startLiveServer();
    const stream = await openEventStream(server.url, SUBSCRIPTION);
    expect(await stream.nextResult()).toEqual({ data: 1 });
    server.state.answer = { data: 2 };
    await server.reconfigure(authentication({}));
    expect(await stream.nextResult()).toEqual({ data: 2 });
    stream.close();
    await server.stop();
  });

  test.each([
    ['revoked', ['next', 'complete']],
    ['changed', ['complete']],
  ] as const)('end where the key is %s: %j', async (standing, expected) => {
    const server = await startLiveServer(authentication({}));
    const stream = await openEventStream(server.url, SUBSCRIPTION, { authorization: 'Bearer a' });
    const other = await openEventStream(server.url, SUBSCRIPTION, { authorization: 'Bearer b' });
    await Promise.all([stream.nextResult(), other.nextResult()]);
    server.state.answer = { data: 2 };
    await server.reconfigure(authentication({ a: standing }));
    const events: string[] = [];
    for (let event = await stream.next(); event; event = await stream.next()) {
      events.push(event.event);
      if (event.event === 'next') expect(event.data).toContain('"code":"UNAUTHENTICATED"');
    }
    expect(events).toEqual(expected);
    expect(await other.nextResult()).toEqual({ data: 2 });
    other.close();
    await server.stop();
  });
});

describe('WebSocket connections', () => {
  test.each([
    ['revoked', 4401],
    ['changed', 1012],
  ] as const)('are closed where the key is %s, with %i, whether or not they subscribe', async (standing, code) => {
    const server = await startLiveServer(authentication({}));
    const [idle, subscribed, other] = await Promise.all(['a', 'a', 'b'].map((key) => openSocket(server.url, key)));
    if (!idle || !subscribed || !other) throw new Error('there are three');
    for (const { socket } of [subscribed, other])
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: SUBSCRIPTION }));
    expect(await Promise.all([subscribed.next(), other.next()])).toMatchObject([{ type: 'next' }, { type: 'next' }]);
    server.state.answer = { data: 2 };
    await server.reconfigure(authentication({ a: standing }));
    expect(await Promise.all([idle.closed, subscribed.closed])).toEqual([code, code]);
    expect(await other.next()).toMatchObject({ type: 'next', payload: { data: 2 } });
    other.socket.close();
    await other.closed;
    await server.stop();
  });

  test('authenticate, and are limited, by the configuration in force', async () => {
    const server = await startLiveServer();
    await server.reconfigure({
      ...authentication({ a: 'revoked' }),
      liveSettings: settingsShape.live.parse({ maxSubscriptionsPerCaller: 1 }),
    });
    const refused = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(refused, 'open');
    refused.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'a' } }));
    expect((await once(refused, 'close'))[0]).toBe(4403);
    const first = await openSocket(server.url, 'b');
    const second = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(second, 'open');
    second.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'b' } }));
    expect((await once(second, 'close'))[0]).toBe(1013);
    first.socket.close();
    await first.closed;
    await server.stop();
  });
});
