import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/observability/logger.ts';
import { installShutdown } from '../../src/server/shutdown.ts';
import { manualClock } from '../support/clock.ts';
import { settle } from '../support/settle.ts';
import { startToy } from './support.ts';

const LAME_DUCK = 1000;
const DRAIN = 20_000;

/** A process that only pretends to exit, around a real server that has a query under way. */
async function running(close: () => Promise<void> = () => Promise.resolve()) {
  const clock = manualClock(0);
  const answer = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<undefined>();
  const toy = await startToy({
    clock,
    wait: () => {
      begun.resolve(undefined);
      return answer.promise;
    },
  });
  toy.server.ready();
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
  installShutdown({ process, server: toy.server, logger, clock, lameDuckMs: LAME_DUCK, drainMs: DRAIN, close });
  const query = toy.post({ query: '{ wait }' });
  await begun.promise;
  return {
    clock,
    toy,
    process,
    exits,
    exited: exited.promise,
    answer: answer.resolve,
    query,
    log: () => lines.join(''),
  };
}

describe.each(['SIGTERM', 'SIGINT'])('on %s', (signal) => {
  test('a while as before but for /readyz, then no more connections, then the queries’ end, then exit 0', async () => {
    let closed = false;
    const { clock, toy, process, exits, exited, answer, query } = await running(() => {
      closed = true;
      return Promise.resolve();
    });
    process.emit(signal);
    expect((await toy.get('/readyz')).status).toBe(503);
    expect((await toy.post({ query: '{ hello }' })).status).toBe(200);

    clock.advance(LAME_DUCK);
    await settle();
    await expect(toy.get('/healthz')).rejects.toThrow();
    expect([exits, closed]).toEqual([[], false]);

    answer('done');
    expect(await (await query).json()).toEqual({ data: { wait: 'done' } });
    expect(await exited).toBe(0);
    expect([exits, closed]).toEqual([[0], true]);
  });
});

test('what takes too long is cut off, and the exit status says so', async () => {
  const { clock, process, exited, query, log } = await running();
  process.emit('SIGTERM');
  clock.advance(LAME_DUCK);
  await settle();
  clock.advance(DRAIN);
  await expect(query).rejects.toThrow();
  expect(await exited).toBe(1);
  expect(log()).toContain('requests were cut off');
});

test('what is closed last cannot hold it up, whether it fails or hangs', async () => {
  for (const close of [() => Promise.reject(new Error('CANARY')), () => new Promise<void>(() => undefined)]) {
    const { clock, process, exited, answer, log } = await running(close);
    process.emit('SIGTERM');
    answer('done');
    clock.advance(LAME_DUCK);
    while (!log().includes('every request was answered')) await settle();
    clock.advance(5000);
    expect(await exited).toBe(0);
  }
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
])('a second signal (%s) ends it at once', async (signal, code) => {
  const { toy, process, exits, answer } = await running();
  process.emit('SIGTERM');
  process.emit(signal);
  expect(exits).toEqual([code]);
  answer('done');
  await toy.stop();
});

test.each(['uncaughtException', 'unhandledRejection'])(
  '%s: told without its message, drained at once, exit 1',
  async (event) => {
    const { process, exited, answer, query, log } = await running();
    process.emit(event, new TypeError('CANARY'));
    process.emit(event, new TypeError('CANARY'));
    await settle();
    answer('done');
    expect((await query).status).toBe(200);
    expect(await exited).toBe(1);
    expect(log()).toContain('"level":"fatal"');
    expect(log()).toContain('TypeError');
    expect(log()).not.toContain('CANARY');
  },
);

test('after a crash what takes longer than five seconds is cut off', async () => {
  const { clock, process, exits, exited, query, log } = await running();
  process.emit('uncaughtException', new Error('broken'));
  clock.advance(4_999);
  await settle();
  expect([exits, log().includes('requests were cut off')]).toEqual([[], false]);
  clock.advance(1);
  await expect(query).rejects.toThrow();
  expect(await exited).toBe(1);
  expect(log()).toContain('requests were cut off');
});

test('a failure while it is ending spoils the exit status', async () => {
  const { clock, process, exited, answer } = await running();
  process.emit('SIGTERM');
  process.emit('uncaughtException', new Error('late'));
  answer('done');
  clock.advance(LAME_DUCK);
  expect(await exited).toBe(1);
});
