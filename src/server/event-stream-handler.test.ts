import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { openEventStream } from '../../test/support/event-stream.ts';
import { startLiveServer, SUBSCRIPTION } from '../../test/support/live-harness.ts';
import { readError } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

let server: Awaited<ReturnType<typeof startLiveServer>>;
beforeAll(async () => {
  server = await startLiveServer();
});
afterAll(() => server.stop());

const STREAM = { accept: 'text/event-stream' };

describe('GraphQL over server-sent events', () => {
  test('is what the client of graphql-sse expects', async () => {
    const client = createClient({ url: `${server.url}/graphql`, retryAttempts: 0 });
    server.state.answer = { data: 'first' };
    const results = client.iterate(SUBSCRIPTION);
    expect((await results.next()).value).toEqual({ data: 'first' });
    server.state.answer = { data: 'second' };
    const next = results.next();
    await server.pass(10_000);
    expect((await next).value).toEqual({ data: 'second' });
    await results.return?.();
    const query = client.iterate({ query: '{ a }' });
    expect((await query.next()).value).toEqual({ data: 'second' });
    expect((await query.next()).done).toBe(true);
    client.dispose();
  });

  test('reports an invalid document as an event, and completes', async () => {
    const stream = await openEventStream(server.url, { query: 'subscription { invalid }' });
    expect(stream.response.statusCode).toBe(200);
    expect(await stream.nextResult()).toEqual({ errors: [{ message: 'no' }] });
    expect(await stream.next()).toEqual({ event: 'complete', data: '' });
    expect(await stream.next()).toBeNull();
  });

  test('accepts a GET with one of the headers that no other page can send', async () => {
    const path = `/graphql?query=${encodeURIComponent('subscription { a }')}`;
    expect(await readError(await server.get(path, STREAM))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    const response = await server.get(path, { ...STREAM, 'apollo-require-preflight': '1' });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await response.body?.cancel();
  });

  test('rejects malformed parameters before the stream', async () => {
    const headers = { ...STREAM, 'apollo-require-preflight': '1' };
    expect(await readError(await server.get('/graphql?query=a&variables=%7B', headers))).toMatchObject({ status: 400 });
    expect(await readError(await server.post([SUBSCRIPTION], STREAM))).toMatchObject({ status: 400 });
  });

  test('answers a query in JSON where the client accepts that, too', async () => {
    const accept = 'application/graphql-response+json, application/json, text/event-stream;q=0.5, multipart/mixed';
    const query = await server.post({ query: '{ a }' }, { accept });
    expect(await query.json()).toMatchObject({ data: expect.anything() });
    const stream = await openEventStream(server.url, SUBSCRIPTION, { accept });
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    stream.close();
    const excluded = await server.post({ query: '{ a }' }, { accept: 'text/event-stream;q=0, application/json' });
    expect(await excluded.json()).toMatchObject({ data: expect.anything() });
  });

  test('answers a request for the plan once', async () => {
    const stream = await openEventStream(server.url, SUBSCRIPTION, { 'switchboard-explain': 'plan' });
    await stream.nextResult();
    expect(await stream.next()).toMatchObject({ event: 'complete' });
  });
});

describe('the limits of subscriptions', () => {
  test('refuse with a status and a time to retry', async () => {
    const own = await startLiveServer({ live: { maxSubscriptionsPerCaller: 1, maxSubscriptions: 1 } });
    const stream = await openEventStream(own.url, SUBSCRIPTION);
    await stream.nextResult();
    const refused = await own.post(SUBSCRIPTION, STREAM);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(await readError(refused)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    expect(await own.metrics.text()).toContain('limit_rejections_total{limit="caller_subscriptions"} 1');
    stream.close();
    await own.stop();
  });

  test('count each client address by itself without authentication, as the proxy in front names it', async () => {
    const own = await startLiveServer({ live: { maxSubscriptionsPerCaller: 1 }, trustProxy: 1 });
    const from = (address: string) => openEventStream(own.url, SUBSCRIPTION, { 'x-forwarded-for': address });
    const streams = [await from('192.0.2.1'), await from('192.0.2.2')];
    for (const stream of streams) await stream.nextResult();
    const refused = await own.post(SUBSCRIPTION, { ...STREAM, 'x-forwarded-for': '192.0.2.2' });
    expect(await readError(refused)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    for (const stream of streams) stream.close();
    await own.stop();
  });

  test('count a caller with credentials as one, wherever it is', async () => {
    const authenticate = () => ({ ...anonymousCaller, name: 'jane' });
    const own = await startLiveServer({ live: { maxSubscriptionsPerCaller: 1 }, trustProxy: 1, authenticate });
    const stream = await openEventStream(own.url, SUBSCRIPTION, { 'x-forwarded-for': '192.0.2.1' });
    await stream.nextResult();
    expect((await own.post(SUBSCRIPTION, { ...STREAM, 'x-forwarded-for': '192.0.2.2' })).status).toBe(429);
    stream.close();
    await own.stop();
  });

  test('leave the place in flight and the concurrency of the caller to others between two events', async () => {
    const own = await startLiveServer({ limits: { maxInFlight: 1, callerConcurrency: 1 } });
    const stream = await openEventStream(own.url, SUBSCRIPTION);
    await stream.nextResult();
    expect((await own.post({ query: '{ a }' })).status).toBe(200);
    stream.close();
    await own.stop();
  });
});

test('a stream that ends before its first answer has the headers of a stream', async () => {
  const expiresAt = Date.parse('2026-11-20T09:30:20Z');
  const own = await startLiveServer({ authenticate: () => ({ ...anonymousCaller, name: 'jane', expiresAt }) });
  own.state.answer = new Promise(() => undefined);
  const opening = openEventStream(own.url, SUBSCRIPTION);
  await waitUntil(() => own.state.runs === 1);
  await own.pass(20_000);
  const stream = await opening;
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(await stream.nextResult()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await stream.next()).toEqual({ event: 'complete', data: '' });
  await own.stop();
});
