import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import type { MessageToPrimary, MessageToWorker } from './messages.ts';
import { superviseWorkers } from './supervisor.ts';

/** A worker whose messages and end the test decides. */
function createFakeWorker(pid: number, listensAtOnce: boolean) {
  const received: MessageToWorker[] = [];
  let onMessage: (message: MessageToPrimary) => void = () => undefined;
  let onEnd: (code: number | null, signal: string | null) => void = () => undefined;
  return {
    pid,
    listensAtOnce,
    received,
    send: (message: MessageToWorker) => void received.push(message),
    onMessage: (listener: typeof onMessage) => {
      onMessage = listener;
    },
    onEnd: (listener: typeof onEnd) => {
      onEnd = listener;
    },
    say: (message: MessageToPrimary) => {
      onMessage(message);
    },
    becomeReady: () => {
      onMessage({ type: 'ready', url: 'http://x' });
    },
    end: (code: number | null, signal: string | null = null) => {
      onEnd(code, signal);
    },
  };
}

function setUp(count = 2) {
  const clock = manualClock(0);
  const workers: ReturnType<typeof createFakeWorker>[] = [];
  const events: unknown[] = [];
  const supervisor = superviseWorkers({
    count,
    clock,
    fork: (listensAtOnce) => {
      const worker = createFakeWorker(workers.length + 1, listensAtOnce);
      workers.push(worker);
      return worker;
    },
    logger: { info: () => undefined, warn: (fields) => void events.push(fields) },
    onReady: (url) => void events.push(url),
    onEnd: (status) => void events.push(status),
  });
  const worker = (nth: number) => {
    const found = workers[nth - 1];
    if (!found) throw new Error(`no worker ${nth}`);
    return found;
  };
  const startAll = () => {
    for (let nth = 1; nth <= count; nth += 1) worker(nth).becomeReady();
    events.length = 0;
  };
  return { clock, workers, worker, events, supervisor, startAll };
}

describe('the start of workers', () => {
  test('starts the others when the first is ready, and says so to all when all are', () => {
    const { workers, worker, events } = setUp();
    expect(workers.map(({ listensAtOnce }) => listensAtOnce)).toEqual([true]);
    worker(1).becomeReady();
    expect(workers.map(({ listensAtOnce }) => listensAtOnce)).toEqual([true, false]);
    expect([events, worker(1).received]).toEqual([[], []]);
    worker(2).becomeReady();
    expect(events).toEqual(['http://x']);
    expect(workers.map(({ received }) => received)).toEqual([[{ type: 'allReady' }], [{ type: 'allReady' }]]);
  });

  test('ends with the status of a first worker that was never ready', () => {
    const { workers, worker, events } = setUp();
    worker(1).end(1);
    expect([events, workers.length]).toEqual([[1], 1]);
  });
});

describe('a worker that ends', () => {
  test('is replaced at once, and its replacement is ready by itself', () => {
    const { worker, workers, events, startAll, clock } = setUp();
    startAll();
    worker(2).end(null, 'SIGKILL');
    clock.advance(0);
    expect(events).toEqual([{ pid: 2, code: null, signal: 'SIGKILL', delayMs: 0 }]);
    expect(workers).toHaveLength(3);
    worker(3).becomeReady();
    expect(worker(3).received).toEqual([{ type: 'allReady' }]);
  });

  test('is replaced after longer and longer delays, until one runs for a minute', () => {
    const { worker, workers, events, startAll, clock } = setUp();
    startAll();
    const delays: unknown[] = [];
    for (let nth = 2; nth <= 8; nth += 1) {
      worker(nth).end(1);
      const { delayMs } = events.pop() as { readonly delayMs: number };
      delays.push(delayMs);
      clock.advance(delayMs);
      expect(workers).toHaveLength(nth + 1);
    }
    expect(delays).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000]);
    clock.advance(60_000);
    worker(9).end(1);
    expect(events).toEqual([expect.objectContaining({ delayMs: 0 })]);
  });
});

describe('a signal', () => {
  test('is passed on to every worker, and the highest status is that of the whole', () => {
    const { worker, events, supervisor, startAll } = setUp();
    startAll();
    supervisor.signal('SIGTERM');
    for (const nth of [1, 2]) expect(worker(nth).received.at(-1)).toEqual({ type: 'signal', signal: 'SIGTERM' });
    worker(1).end(1);
    expect(events).toEqual([]);
    worker(2).end(0);
    expect(events).toEqual([1]);
  });

  test('to reload is passed on to every worker', () => {
    const { worker, supervisor, startAll } = setUp();
    startAll();
    supervisor.reload();
    for (const nth of [1, 2]) expect(worker(nth).received.at(-1)).toEqual({ type: 'reload' });
  });

  test('ends the wait for a replacement', () => {
    const { worker, workers, events, supervisor, startAll, clock } = setUp();
    startAll();
    worker(1).end(1);
    clock.advance(0);
    worker(3).end(1);
    supervisor.signal('SIGINT');
    clock.advance(60_000);
    worker(2).end(0);
    expect([workers.length, events.at(-1)]).toEqual([3, 0]);
  });
});

test('collects the reports of the other workers that are ready', () => {
  const { worker, startAll } = setUp(3);
  startAll();
  worker(1).say({ type: 'collect', id: 7, report: [] });
  expect(worker(1).received.at(-1)).toEqual({ type: 'allReady' });
  for (const nth of [2, 3]) {
    expect(worker(nth).received.at(-1)).toEqual({ type: 'reportRequest', id: 1 });
    worker(nth).say({ type: 'report', id: 1, report: [] });
  }
  expect(worker(1).received.at(-1)).toEqual({ type: 'reports', id: 7, reports: [[], [], []] });
});

test('logs which workers are missing in /metrics', () => {
  const { worker, clock, events, startAll } = setUp(3);
  startAll();
  worker(1).say({ type: 'collect', id: 7, report: [] });
  worker(2).say({ type: 'report', id: 1, report: [] });
  clock.advance(1000);
  expect(events).toEqual([{ pids: [3] }]);
  expect(worker(1).received.at(-1)).toEqual({ type: 'reports', id: 7, reports: [[], []] });
});
