import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFifoQueue, createRoundRobinQueue, type Queue } from './fair-queue.ts';

function createTestQueue() {
  return createRoundRobinQueue<number>(() => createRoundRobinQueue(createFifoQueue<number>));
}

test('counts every item, dequeues it once and keeps the order within a query (any sequence of actions)', () => {
  const queueKeys = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  const actionArbitrary = fc.oneof(
    { weight: 3, arbitrary: queueKeys.map((keys) => ({ type: 'add', keys }) as const) },
    { weight: 2, arbitrary: fc.constant({ type: 'take' } as const) },
    { weight: 1, arbitrary: fc.nat({ max: 20 }).map((index) => ({ type: 'remove', index }) as const) },
  );
  fc.assert(
    fc.property(fc.array(actionArbitrary, { maxLength: 60 }), (actions) => {
      const queue = createTestQueue();
      let waiting: { readonly item: number; readonly keys: readonly [string, string] }[] = [];
      actions.forEach((action, item) => {
        if (action.type === 'add') {
          queue.enqueue(item, action.keys);
          waiting.push({ item, keys: action.keys });
        } else if (action.type === 'remove') {
          const removed = waiting[action.index];
          queue.remove(removed?.item ?? -1, removed?.keys ?? ['a', '1']);
          waiting = waiting.filter((other) => other !== removed);
        } else {
          const taken = queue.dequeue();
          const entry = waiting.find((other) => other.item === taken);
          expect(entry === undefined).toBe(waiting.length === 0);
          // Items of one query leave in the order of arrival.
          if (entry) expect(waiting.find(({ keys }) => String(keys) === String(entry.keys))).toBe(entry);
          waiting = waiting.filter((other) => other !== entry);
        }
        expect(queue.size()).toBe(waiting.length);
        for (const caller of ['a', 'b', 'c', 'd']) {
          expect(queue.size([caller])).toBe(waiting.filter(({ keys }) => keys[0] === caller).length);
          expect(queue.size([caller, '1'])).toBe(waiting.filter(({ keys }) => String(keys) === `${caller},1`).length);
        }
      });
    }),
    { numRuns: 300 },
  );
});

test('serves a new caller before any other caller’s second turn', () => {
  const queue = createTestQueue();
  for (let i = 0; i < 10; i += 1) queue.enqueue(i, ['much', '1']);
  expect(queue.dequeue()).toBe(0);
  queue.enqueue(100, ['little', '1']);
  expect([queue.dequeue(), queue.dequeue(), queue.dequeue()]).toEqual([1, 100, 2]);
});

test('uses a single FIFO queue when no keys are given', () => {
  const queue = createTestQueue();
  queue.enqueue(1, []);
  queue.enqueue(2, []);
  queue.enqueue(3, []);
  queue.remove(4, ['x']);
  queue.remove(2, []);
  expect([queue.size(), queue.dequeue(), queue.dequeue(), queue.dequeue()]).toEqual([2, 1, 3, undefined]);
});

/** Counts the calls to the subqueues of one caller while `queries` items are enqueued and removed again. */
function countSubqueueCalls(queries: number, removeItem: (queue: Queue<number>, item: number) => void): number {
  let calls = 0;
  const createSpiedQueue = (): Queue<number> => {
    const queue = createFifoQueue<number>();
    const spyOn = <Args extends readonly unknown[], Result>(method: (...args: Args) => Result) => {
      return (...args: Args): Result => {
        calls += 1;
        return method(...args);
      };
    };
    return {
      size: spyOn(queue.size),
      enqueue: spyOn(queue.enqueue),
      remove: spyOn(queue.remove),
      dequeue: spyOn(queue.dequeue),
    };
  };
  const queue = createRoundRobinQueue<number>(() => createRoundRobinQueue(createSpiedQueue));
  for (let item = 0; item < queries; item += 1) {
    expect(queue.size(['a'])).toBe(item);
    queue.enqueue(item, ['a', `${item}`]);
  }
  for (let item = 0; item < queries; item += 1) removeItem(queue, item);
  expect(queue.size()).toBe(0);
  return calls;
}

test.each<[string, (queue: Queue<number>, item: number) => void]>([
  [
    'are dequeued',
    (queue, item) => {
      expect(queue.dequeue()).toBe(item);
    },
  ],
  [
    'are removed',
    (queue, item) => {
      queue.remove(item, ['a', `${item}`]);
    },
  ],
])('keeps a constant cost per item, however many queries of a caller wait, when items %s', (_name, removeItem) => {
  const few = countSubqueueCalls(10, removeItem);
  expect(countSubqueueCalls(1000, removeItem)).toBe(100 * few);
});

test('keeps an item enqueued twice once, and re-enqueues a removed item at the end', () => {
  const queue = createTestQueue();
  for (const item of [1, 2, 1]) queue.enqueue(item, ['a', '1']);
  expect([queue.size(), queue.size(['a']), queue.dequeue()]).toEqual([2, 2, 1]);
  queue.enqueue(1, ['a', '1']);
  queue.remove(2, ['a', '1']);
  queue.remove(2, ['a', '1']);
  queue.enqueue(2, ['a', '1']);
  expect([queue.size(), queue.dequeue(), queue.dequeue(), queue.dequeue(), queue.size()]).toEqual([
    2,
    1,
    2,
    undefined,
    0,
  ]);
});
