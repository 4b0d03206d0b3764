import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { createTransportWsConnection, type OperationProgress } from './transport-ws-connection.ts';

function setUp(authenticate: () => Promise<Caller | number> = () => Promise.resolve(anonymousCaller)) {
  const clock = manualClock();
  const sent: string[] = [];
  const closes: (readonly [number, string])[] = [];
  const ended: string[] = [];
  const state = { pings: 0, terminations: 0, progress: new Map<string, OperationProgress>() };
  const connection = createTransportWsConnection({
    clock,
    socket: {
      send: (text) => sent.push(text),
      ping: () => {
        state.pings += 1;
      },
      close: (code, reason) => closes.push([code, reason]),
      terminate: () => {
        state.terminations += 1;
      },
    },
    authenticate,
    start: (_, id, _payload, progress) => {
      state.progress.set(id, progress);
      return { end: () => ended.push(id) };
    },
  });
  const receive = async (...messages: object[]) => {
    for (const message of messages) {
      connection.onMessage(JSON.stringify(message));
      await flushPromises();
    }
  };
  return { clock, sent, closes, ended, state, connection, receive };
}

const INIT = { type: 'connection_init' };
function subscribe(id: string) {
  return { type: 'subscribe', id, payload: { query: 'q' } };
}

test('waits ten seconds for the first message', async () => {
  const silent = setUp();
  silent.clock.advance(10_000);
  expect(silent.closes).toEqual([[4408, 'Connection initialisation timeout']]);
  expect(silent.clock.pendingTimers()).toBe(0);
  const prompt = setUp();
  await prompt.receive(INIT);
  prompt.clock.advance(10_000);
  expect([prompt.sent, prompt.closes]).toEqual([['{"type":"connection_ack"}'], []]);
});

test('closes a connection that is not authenticated, by the reason', async () => {
  for (const code of [4403, 1013]) {
    const { receive, closes } = setUp(() => Promise.resolve(code));
    await receive(INIT);
    expect(closes).toMatchObject([[code, expect.any(String)]]);
  }
  const broken = setUp(() => Promise.reject(new Error('bug')));
  await broken.receive(INIT);
  expect(broken.closes).toEqual([[4500, 'Internal server error']]);
});

test('sends nothing to a connection that was closed while its key was checked', async () => {
  const { promise, resolve } = Promise.withResolvers<Caller>();
  const { receive, connection, sent, closes } = setUp(() => promise);
  await receive(INIT);
  connection.onClose();
  resolve(anonymousCaller);
  await flushPromises();
  expect([sent, closes]).toEqual([[], []]);
});

test('starts nothing before the acknowledgement, and no second operation with an id', async () => {
  const early = setUp(() => new Promise(() => undefined));
  await early.receive(INIT, subscribe('1'));
  expect(early.closes).toMatchObject([[4401, 'Unauthorized']]);
  const twice = setUp();
  await twice.receive(INIT, subscribe('1'), subscribe('1'));
  expect(twice.closes).toMatchObject([[4409, 'Subscriber for 1 already exists']]);
  expect(twice.ended).toEqual(['1']);
});

test('closes with a reason that fits a close frame, whatever the id is', async () => {
  const { receive, closes } = setUp();
  await receive(INIT, subscribe('€'.repeat(100)), subscribe('€'.repeat(100)));
  expect(closes).toMatchObject([[4409, expect.stringContaining('Subscriber for €')]]);
  expect(Buffer.byteLength(closes[0]?.[1] ?? '')).toBeLessThanOrEqual(123);
});

test('frees an id when its operation is done or completed by the client', async () => {
  const { receive, state, ended, closes } = setUp();
  await receive(INIT, subscribe('1'));
  state.progress.get('1')?.onDone();
  await receive(subscribe('1'), { type: 'complete', id: '1' }, subscribe('1'));
  expect(ended).toEqual(['1']);
  expect(closes).toEqual([]);
});

test('pings, and gives up a client that does not answer', async () => {
  const { receive, clock, state, connection } = setUp();
  await receive(INIT);
  clock.advance(12_000);
  connection.onPong();
  clock.advance(12_000);
  expect([state.pings, state.terminations]).toEqual([2, 0]);
  clock.advance(12_000);
  expect([state.pings, state.terminations]).toEqual([2, 1]);
});

test('ends all operations when the connection is closed', async () => {
  const { receive, connection, ended, clock } = setUp();
  await receive(INIT, subscribe('1'), subscribe('2'));
  connection.onClose();
  expect(ended).toEqual(['1', '2']);
  expect(clock.pendingTimers()).toBe(0);
});

test('closes in a drain at once without a query, and otherwise when the last one is answered or cancelled', async () => {
  const GOING_AWAY = [[1001, 'The gateway is shutting down']];
  const idle = setUp();
  await idle.receive(INIT);
  idle.connection.closeAnswered();
  expect(idle.closes).toEqual(GOING_AWAY);

  const busy = setUp();
  await busy.receive(INIT, subscribe('1'), subscribe('2'), subscribe('3'));
  busy.connection.closeAnswered();
  busy.state.progress.get('1')?.onDone();
  busy.state.progress.get('2')?.onSubscription();
  expect([busy.closes, busy.connection.isAnswering()]).toEqual([[], true]);
  await busy.receive({ type: 'complete', id: '3' });
  expect([busy.closes, busy.connection.isAnswering()]).toEqual([GOING_AWAY, false]);
  expect(busy.ended).toEqual(['3', '2']);
});
