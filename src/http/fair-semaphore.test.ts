import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createFairSemaphore, QueueFullError } from './fair-semaphore.ts';

const neverAborted = new AbortController().signal;

/** A semaphore that records names in the order of admission. */
function createRecordingSemaphore(capacity: number) {
  const semaphore = createFairSemaphore(capacity);
  const admitted: string[] = [];
  return {
    admitted,
    acquire: (name: string, signal: AbortSignal = neverAborted) =>
      semaphore.acquire(signal).then((release) => {
        admitted.push(name);
        return release;
      }),
  };
}

test('admits up to its capacity, then waiters in the order of arrival', async () => {
  const { admitted, acquire } = createRecordingSemaphore(2);
  const releaseA = await acquire('a');
  await acquire('b');
  const c = acquire('c');
  const d = acquire('d');
  await flushPromises();
  expect(admitted).toEqual(['a', 'b']);
  releaseA();
  await flushPromises();
  expect(admitted).toEqual(['a', 'b', 'c']);
  (await c)();
  await d;
  expect(admitted).toEqual(['a', 'b', 'c', 'd']);
});

test('passes a released slot to the first waiter, so that a new call cannot overtake it', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const release = await acquire('a');
  const waiting = acquire('waiting');
  release();
  void acquire('newcomer');
  await waiting;
  await flushPromises();
  expect(admitted).toEqual(['a', 'waiting']);
});

test('releases a slot once, even if the release function is called twice', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const release = await acquire('a');
  release();
  release();
  await acquire('b');
  void acquire('c');
  await flushPromises();
  expect(admitted).toEqual(['a', 'b']);
});

test('rejects an aborted waiter with the signal’s reason, without taking a slot', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const release = await acquire('a');
  const controller = new AbortController();
  const impatient = acquire('impatient', controller.signal);
  const patient = acquire('patient');
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  release();
  await patient;
  expect(admitted).toEqual(['a', 'patient']);
});

test('rejects a call whose signal is already aborted, even with free slots', async () => {
  const { acquire } = createRecordingSemaphore(1);
  await expect(acquire('late', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  await expect(acquire('next')).resolves.toEqual(expect.any(Function));
});

test('keeps the slot of an admitted call that is aborted until it is released', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const controller = new AbortController();
  const release = await acquire('a', controller.signal);
  void acquire('b');
  controller.abort();
  await flushPromises();
  expect(admitted).toEqual(['a']);
  release();
  await flushPromises();
  expect(admitted).toEqual(['a', 'b']);
});

test('leaves no listener on the signal, however the waiting ends', async () => {
  const { acquire } = createRecordingSemaphore(1);
  const controllers = [new AbortController(), new AbortController(), new AbortController()] as const;
  const [first, second, third] = controllers;
  const release = await acquire('first', first.signal);
  const waiting = acquire('second', second.signal);
  const gone = expect(acquire('third', third.signal)).rejects.toThrow('enough');
  third.abort(new Error('enough'));
  await gone;
  release();
  await waiting;
  expect(controllers.map(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([[], [], []]);
});

test('serves callers round-robin, then the queries of each caller, whatever the number of calls', async () => {
  const semaphore = createFairSemaphore(1);
  const admitted: string[] = [];
  const release = await semaphore.acquire(neverAborted);
  const acquireAs = (caller: string, query: string) =>
    semaphore.acquire(neverAborted, [caller, query]).then((releaseNext) => {
      admitted.push(caller + query);
      releaseNext();
    });
  const all = [
    ...['1', '1', '1', '1', '2', '2'].map((query) => acquireAs('a', query)),
    ...['1', '1', '1'].map((query) => acquireAs('b', query)),
    acquireAs('c', '1'),
  ];
  release();
  await Promise.all(all);
  expect(admitted).toEqual(['a1', 'b1', 'c1', 'a2', 'b1', 'a1', 'b1', 'a2', 'a1', 'a1']);
});

test('rejects a caller at once beyond its maximum of waiters, without affecting other callers', async () => {
  const semaphore = createFairSemaphore(1, 2);
  await semaphore.acquire(neverAborted);
  const gone = new AbortController();
  const waiting = [semaphore.acquire(gone.signal, ['a', '1']), semaphore.acquire(neverAborted, ['a', '2'])];
  await expect(semaphore.acquire(neverAborted, ['a', '3'])).rejects.toThrow(QueueFullError);
  void semaphore.acquire(neverAborted, ['b', '1']);
  void semaphore.acquire(neverAborted, ['b', '1']);
  await expect(semaphore.acquire(neverAborted, ['b', '1'])).rejects.toThrow(QueueFullError);
  gone.abort(new Error('enough'));
  await expect(waiting[0]).rejects.toThrow('enough');
  void semaphore.acquire(neverAborted, ['a', '3']);
  await expect(semaphore.acquire(neverAborted, ['a', '4'])).rejects.toThrow(QueueFullError);
});

test('treats calls without a fairness key as one caller', async () => {
  const semaphore = createFairSemaphore(1, 2);
  const release = await semaphore.acquire(neverAborted);
  const named = [semaphore.acquire(neverAborted, ['a', '1']), semaphore.acquire(neverAborted, ['a', '1'])];
  const unnamed = [semaphore.acquire(neverAborted), semaphore.acquire(neverAborted)];
  await expect(semaphore.acquire(neverAborted)).rejects.toThrow(QueueFullError);
  release();
  for (const next of [named[0], unnamed[0], named[1], unnamed[1]]) (await next)?.();
});

test('never exceeds its capacity nor leaves a slot free while calls wait (any sequence of events)', async () => {
  const actionArbitrary = fc.constantFrom(
    'acquire' as const,
    'acquire' as const,
    'acquire' as const,
    'release' as const,
    'abort' as const,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(actionArbitrary, { maxLength: 40 }),
      async (capacity, actions) => {
        const semaphore = createFairSemaphore(capacity);
        let acquired = 0;
        const inside: (() => void)[] = [];
        const outside = new Set<AbortController>();
        for (const action of actions) {
          if (action === 'release') inside.shift()?.();
          if (action === 'abort') for (const controller of [...outside].slice(0, 1)) controller.abort();
          if (action === 'acquire') {
            const controller = new AbortController();
            outside.add(controller);
            void semaphore
              .acquire(controller.signal, [`caller ${(acquired += 1) % 3}`, `query ${acquired % 2}`])
              .then((release) => inside.push(release))
              .catch(() => undefined)
              .finally(() => outside.delete(controller));
          }
          await flushPromises();
          expect(inside.length).toBeLessThanOrEqual(capacity);
          expect(outside.size === 0 || inside.length === capacity).toBe(true);
        }
      },
    ),
  );
});
