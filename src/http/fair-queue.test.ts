import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFifoQueue, type Queue, createRoundRobinQueue } from './fair-queue.ts';

const createTestQueue = () => createRoundRobinQueue<number>(() => createRoundRobinQueue(createFifoQueue<number>));

test('whoever comes, goes or is taken: each is counted, and taken once, those of a query in the order in which they came', () => {
  const keys = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  const act = fc.oneof(
    { weight: 3, arbitrary: keys.map((who) => ({ what: 'add', who }) as const) },
    { weight: 2, arbitrary: fc.constant({ what: 'take' } as const) },
    { weight: 1, arbitrary: fc.nat({ max: 20 }).map((which) => ({ what: 'remove', which }) as const) },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const queue = createTestQueue();
      let waiting: { readonly item: number; readonly who: readonly [string, string] }[] = [];
      acts.forEach((action, item) => {
        if (action.what === 'add') {
          queue.enqueue(item, action.who);
          waiting.push({ item, who: action.who });
        } else if (action.what === 'remove') {
          const gone = waiting[action.which];
          queue.remove(gone?.item ?? -1, gone?.who ?? ['a', '1']);
          waiting = waiting.filter((other) => other !== gone);
        } else {
          const taken = queue.dequeue();
          const its = waiting.find((other) => other.item === taken);
          expect(its === undefined).toBe(waiting.length === 0);
          // Among the calls of one query the first comes first.
          if (its) expect(waiting.find(({ who }) => String(who) === String(its.who))).toBe(its);
          waiting = waiting.filter((other) => other !== its);
        }
        expect(queue.size()).toBe(waiting.length);
        for (const caller of ['a', 'b', 'c', 'd']) {
          expect(queue.size([caller])).toBe(waiting.filter(({ who }) => who[0] === caller).length);
          expect(queue.size([caller, '1'])).toBe(waiting.filter(({ who }) => String(who) === `${caller},1`).length);
        }
      });
    }),
    { numRuns: 300 },
  );
});

test('whoever comes anew has a turn before anybody has two', () => {
  const queue = createTestQueue();
  for (let i = 0; i < 10; i += 1) queue.enqueue(i, ['much', '1']);
  expect(queue.dequeue()).toBe(0);
  queue.enqueue(100, ['little', '1']);
  expect([queue.dequeue(), queue.dequeue(), queue.dequeue()]).toEqual([1, 100, 2]);
});

test('without names all stand in one line', () => {
  const queue = createTestQueue();
  queue.enqueue(1, []);
  queue.enqueue(2, []);
  queue.enqueue(3, []);
  queue.remove(4, ['x']);
  queue.remove(2, []);
  expect([queue.size(), queue.dequeue(), queue.dequeue(), queue.dequeue()]).toEqual([2, 1, 3, undefined]);
});

/** How often the lines of one caller's queries are looked into while so many come and are asked after, go or are taken. */
function countSubqueueCalls(queries: number, removeItem: (queue: Queue<number>, item: number) => void): number {
  let calls = 0;
  const createSpiedQueue = (): Queue<number> => {
    const queue = createFifoQueue<number>();
    const spyOn = <Args extends readonly unknown[], Result>(method: (...given: Args) => Result) => {
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
  for (let one = 0; one < queries; one += 1) removeItem(queue, one);
  expect(queue.size()).toBe(0);
  return calls;
}

test.each<[string, (queue: Queue<number>, item: number) => void]>([
  [
    'are taken',
    (queue, item) => {
      expect(queue.dequeue()).toBe(item);
    },
  ],
  [
    'give up',
    (queue, item) => {
      queue.remove(item, ['a', `${item}`]);
    },
  ],
])('who waits costs the same however many queries of a caller wait, who then %s', (_name, leave) => {
  const few = countSubqueueCalls(10, leave);
  expect(countSubqueueCalls(1000, leave)).toBe(100 * few);
});

test('who comes twice stands once, and again behind the others after having left', () => {
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
