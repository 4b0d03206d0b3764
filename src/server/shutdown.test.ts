import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { startTestServer } from '../../test/support/server-harness.ts';
import { createLogger } from '../observability/logger.ts';
import { installSignalHandlers } from './shutdown.ts';

const LAME_DUCK_MS = 1000;
const DRAIN_MS = 20_000;

/** A real server with a query in flight, and a process whose `exit` is recorded instead of executed. */
async function startRunningServer(close: () => Promise<void> = () => Promise.resolve()) {
  const clock = manualClock(0);
  const answer = Promise.withResolvers<string>();
  const started = Promise.withResolvers<undefined>();
  const testServer = await startTestServer({
    clock,
    wait: () => {
      started.resolve(undefined);
      return answer.promise;
    },
  });
  testServer.server.ready();
  const exits: number[] = [];
  const exited = Promise.withResolvers<number>();
  const process = Object.assign(new EventEmitter(), {
    exit: (code: number) => {
      exits.push(code);
      exited.resolve(code);
    },
  });
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => lines.push(line) } });
  installSignalHandlers({
    process,
    server: testServer.server,
    logger,
    clock,
    lameDuckMs: () => LAME_DUCK_MS,
    drainMs: () => DRAIN_MS,
    close,
  });
  const query = testServer.post({ query: '{ wait }' });
  await started.promise;
  return {
    clock,
    testServer,
    process,
    exits,
    exited: exited.promise,
    answer: answer.resolve,
    query,
    log: () => lines.join(''),
  };
}

describe('a shutdown', () => {
  test('on SIGINT skips the lame duck period, since it comes from a terminal', async () => {
    const { testServer, process, exited, answer, query } = await startRunningServer();
    process.emit('SIGINT');
    await flushPromises();
    await expect(testServer.get('/healthz')).rejects.toThrow();
    answer('done');
    expect((await query).status).toBe(200);
    expect(await exited).toBe(0);
  });

  test('on SIGTERM serves during the lame duck period, then drains, then exits with 0', async () => {
    let closed = false;
    const { clock, testServer, process, exits, exited, answer, query } = await startRunningServer(() => {
      closed = true;
      return Promise.resolve();
    });
    process.emit('SIGTERM');
    expect((await testServer.get('/readyz')).status).toBe(503);
    expect((await testServer.post({ query: '{ hello }' })).status).toBe(200);

    clock.advance(LAME_DUCK_MS);
    await flushPromises();
    await expect(testServer.get('/healthz')).rejects.toThrow();
    expect([exits, closed]).toEqual([[], false]);

    answer('done');
    expect(await (await query).json()).toEqual({ data: { wait: 'done' } });
    expect(await exited).toBe(0);
    expect([exits, closed]).toEqual([[0], true]);
  });
});

test('aborts requests at the drain timeout and exits with 1', async () => {
  const { clock, process, exited, query, log } = await startRunningServer();
  process.emit('SIGTERM');
  clock.advance(LAME_DUCK_MS);
  await flushPromises();
  clock.advance(DRAIN_MS);
  await expect(query).rejects.toThrow();
  expect(await exited).toBe(1);
  expect(log()).toContain('drain timed out, requests aborted');
});

test('exits even if closing the other resources fails or hangs', async () => {
  for (const close of [() => Promise.reject(new Error('CANARY')), () => new Promise<void>(() => undefined)]) {
    const { clock, process, exited, answer, log } = await startRunningServer(close);
    process.emit('SIGTERM');
    answer('done');
    clock.advance(LAME_DUCK_MS);
    while (!log().includes('all requests answered')) await flushPromises();
    clock.advance(5000);
    expect(await exited).toBe(0);
  }
});

test('answers a request on a kept connection that arrives when the lame-duck phase ends', async () => {
  const { clock, testServer, process, exited, answer } = await startRunningServer();
  const socket = connect(Number(new URL(testServer.url).port), '127.0.0.1');
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
  const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  socket.write(request);
  while (!received.includes('alive')) await once(socket, 'data');
  process.emit('SIGTERM');
  await flushPromises();
  received = '';
  socket.write(request);
  clock.advance(LAME_DUCK_MS);
  await once(socket, 'close');
  expect(received).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*"alive"/);
  answer('done');
  expect(await exited).toBe(0);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
])('exits immediately on a second signal (%s) with status %i', async (signal, code) => {
  const { testServer, process, exits, answer } = await startRunningServer();
  process.emit('SIGTERM');
  process.emit(signal);
  expect(exits).toEqual([code]);
  answer('done');
  await testServer.stop();
});

test.each(['uncaughtException', 'unhandledRejection'])(
  'on %s logs the error without its message, drains immediately and exits with 1',
  async (event) => {
    const { process, exited, answer, query, log } = await startRunningServer();
    process.emit(event, new TypeError('CANARY'));
    process.emit(event, new TypeError('CANARY'));
    await flushPromises();
    answer('done');
    expect((await query).status).toBe(200);
    expect(await exited).toBe(1);
    expect(log()).toContain('"level":"fatal"');
    expect(log()).toContain('TypeError');
    expect(log()).not.toContain('CANARY');
  },
);

test('aborts requests five seconds after an uncaught error', async () => {
  const { clock, process, exits, exited, query, log } = await startRunningServer();
  process.emit('uncaughtException', new Error('broken'));
  await flushPromises();
  clock.advance(4_999);
  await flushPromises();
  expect([exits, log().includes('drain timed out, requests aborted')]).toEqual([[], false]);
  clock.advance(1);
  await expect(query).rejects.toThrow();
  expect(await exited).toBe(1);
  expect(log()).toContain('drain timed out, requests aborted');
});

test('exits with 1 after an uncaught error during the shutdown', async () => {
  const { clock, process, exited, answer } = await startRunningServer();
  process.emit('SIGTERM');
  process.emit('uncaughtException', new Error('late'));
  answer('done');
  clock.advance(LAME_DUCK_MS);
  expect(await exited).toBe(1);
});
