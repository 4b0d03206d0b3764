import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCallQueue, type QueuedCall } from './call-queue.ts';

interface TestCall extends QueuedCall {
  readonly id: number;
}

function createCall(id: number, keys: readonly [string, string] = ['a', '1'], rest: Partial<QueuedCall> = {}) {
  return { id, fairnessKey: keys, priority: 'live', ...rest } satisfies TestCall;
}

function dequeueAll(queue: ReturnType<typeof createCallQueue<TestCall>>): readonly number[] {
  const ids: number[] = [];
  for (let call = queue.dequeue(); call; call = queue.dequeue()) ids.push(call.id);
  return ids;
}

test('serves a new caller before any other caller’s second turn', () => {
  const queue = createCallQueue<TestCall>();
  for (let id = 0; id < 4; id += 1) queue.enqueue(createCall(id, ['much', '1']), Infinity);
  expect(queue.dequeue()?.id).toBe(0);
  queue.enqueue(createCall(100, ['little', '1']), Infinity);
  expect(dequeueAll(queue)).toEqual([1, 100, 2, 3]);
});

test('orders a caller’s calls: live before past, never asked before asked, asked longest ago first', () => {
  const queue = createCallQueue<TestCall>();
  queue.enqueue(createCall(1, ['a', '1'], { priority: 'past' }), Infinity);
  queue.enqueue(createCall(2, ['a', '1'], { lastAskedAt: 2000 }), Infinity);
  queue.enqueue(createCall(3, ['a', '1'], { lastAskedAt: 1000 }), Infinity);
  queue.enqueue(createCall(4), Infinity);
  queue.enqueue(createCall(5, ['a', '1'], { priority: 'past', lastAskedAt: 1000 }), Infinity);
  expect(dequeueAll(queue)).toEqual([4, 3, 2, 1, 5]);
});

test('gives a caller’s queries equal turns among calls that were never asked', () => {
  const queue = createCallQueue<TestCall>();
  for (let id = 0; id < 3; id += 1) queue.enqueue(createCall(id, ['a', 'report']), Infinity);
  for (let id = 10; id < 12; id += 1) queue.enqueue(createCall(id, ['a', 'wallboard']), Infinity);
  expect(dequeueAll(queue)).toEqual([0, 10, 1, 11, 2]);
});

test('skips calls of past ranges on request, and keeps their callers’ turns', () => {
  const queue = createCallQueue<TestCall>();
  queue.enqueue(createCall(1, ['report', '1'], { priority: 'past' }), Infinity);
  queue.enqueue(createCall(2, ['wallboard', '1']), Infinity);
  expect([queue.dequeue(true)?.id, queue.dequeue(true)?.id, queue.dequeue()?.id]).toEqual([2, undefined, 1]);
});

test('displaces the last of a full queue’s calls by one that goes before it, and else the new one', () => {
  const queue = createCallQueue<TestCall>();
  const asked = createCall(1, ['a', '1'], { lastAskedAt: 1 });
  queue.enqueue(asked, 2);
  queue.enqueue(createCall(2), 2);
  const asAsked = createCall(3, ['a', '1'], { lastAskedAt: 1 });
  expect(queue.enqueue(asAsked, 2)).toBe(asAsked);
  expect(queue.enqueue(createCall(4), 2)).toBe(asked);
  expect(queue.enqueue(createCall(5, ['b', '1']), 2)).toBeUndefined();
  const [, second] = queue.calls();
  expect(second && queue.countAhead(second)).toBe(1);
  expect(dequeueAll(queue)).toEqual([2, 5, 4]);
});

test('counts every call, dequeues it once and each caller’s calls in their order (any sequence of actions)', () => {
  const callArbitrary = fc.record({
    fairnessKey: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')),
    priority: fc.constantFrom('live' as const, 'past' as const),
    lastAskedAt: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
  const actionArbitrary = fc.oneof(
    { weight: 3, arbitrary: callArbitrary.map((call) => ({ type: 'add', call }) as const) },
    { weight: 2, arbitrary: fc.boolean().map((isLiveOnly) => ({ type: 'take', isLiveOnly }) as const) },
    { weight: 1, arbitrary: fc.nat({ max: 20 }).map((index) => ({ type: 'remove', index }) as const) },
  );
  const rank = ({ priority, lastAskedAt = 0 }: QueuedCall) => (priority === 'live' ? 0 : 10) + lastAskedAt;
  fc.assert(
    fc.property(fc.array(actionArbitrary, { maxLength: 60 }), (actions) => {
      const queue = createCallQueue<TestCall>();
      const waiting = new Set<TestCall>();
      actions.forEach((action, id) => {
        if (action.type === 'add') {
          const call = { id, ...action.call };
          queue.enqueue(call, Infinity);
          waiting.add(call);
        } else if (action.type === 'remove') {
          const removed = [...waiting][action.index] ?? createCall(-1);
          queue.remove(removed);
          waiting.delete(removed);
        } else {
          const taken = queue.dequeue(action.isLiveOnly);
          const eligible = [...waiting].filter(({ priority }) => priority === 'live' || !action.isLiveOnly);
          expect(taken === undefined).toBe(eligible.length === 0);
          if (!taken) return;
          const ofCaller = eligible.filter(({ fairnessKey }) => fairnessKey[0] === taken.fairnessKey[0]);
          expect(rank(taken)).toBe(Math.min(...ofCaller.map(rank)));
          expect(waiting.delete(taken)).toBe(true);
        }
        const live = [...waiting].filter(({ priority }) => priority === 'live').length;
        expect([queue.size(), queue.size('live'), queue.size('past')]).toEqual([
          waiting.size,
          live,
          waiting.size - live,
        ]);
      });
    }),
    { numRuns: 300 },
  );
});
