import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFairSemaphore, QueueFullError } from './fair-semaphore.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';

const neverAborted = new AbortController().signal;

/** Who is in, in the order of admission. */
function createRecordingSemaphore(capacity: number) {
  const semaphore = createFairSemaphore(capacity);
  const admitted: string[] = [];
  return {
    admitted,
    acquire: (name: string, signal: AbortSignal = neverAborted) =>
      semaphore.acquire(signal).then((leave) => {
        admitted.push(name);
        return leave;
      }),
  };
}

test('lets no more in than there are places, and the others in the order in which they came', async () => {
  const { admitted, acquire } = createRecordingSemaphore(2);
  const leaveA = await acquire('a');
  await acquire('b');
  const c = acquire('c');
  const d = acquire('d');
  await flushPromises();
  expect(admitted).toEqual(['a', 'b']);
  leaveA();
  await flushPromises();
  expect(admitted).toEqual(['a', 'b', 'c']);
  (await c)();
  await d;
  expect(admitted).toEqual(['a', 'b', 'c', 'd']);
});

test('hands a place on at once: whoever comes just then does not slip in before those who wait', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const leave = await acquire('a');
  const waiting = acquire('waiting');
  leave();
  void acquire('newcomer');
  await waiting;
  await flushPromises();
  expect(admitted).toEqual(['a', 'waiting']);
});

test('a place given back twice is still one place', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const leave = await acquire('a');
  leave();
  leave();
  await acquire('b');
  void acquire('c');
  await flushPromises();
  expect(admitted).toEqual(['a', 'b']);
});

test('one who is aborted while waiting gets the signal’s reason, and takes no place', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const leave = await acquire('a');
  const controller = new AbortController();
  const impatient = acquire('impatient', controller.signal);
  const patient = acquire('patient');
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  leave();
  await patient;
  expect(admitted).toEqual(['a', 'patient']);
});

test('one who comes aborted is not let in though there is room', async () => {
  const { acquire } = createRecordingSemaphore(1);
  await expect(acquire('late', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  await expect(acquire('next')).resolves.toEqual(expect.any(Function));
});

test('once inside, an abort does not put anybody out', async () => {
  const { admitted, acquire } = createRecordingSemaphore(1);
  const controller = new AbortController();
  const leave = await acquire('a', controller.signal);
  void acquire('b');
  controller.abort();
  await flushPromises();
  expect(admitted).toEqual(['a']);
  leave();
  await flushPromises();
  expect(admitted).toEqual(['a', 'b']);
});

test('a signal is left as it was, however one’s waiting ends', async () => {
  const { acquire } = createRecordingSemaphore(1);
  const controllers = [new AbortController(), new AbortController(), new AbortController()] as const;
  const [first, second, third] = controllers;
  const leave = await acquire('first', first.signal);
  const waiting = acquire('second', second.signal);
  const gone = expect(acquire('third', third.signal)).rejects.toThrow('enough');
  third.abort(new Error('enough'));
  await gone;
  leave();
  await waiting;
  expect(controllers.map(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([[], [], []]);
});

test('callers take turns, and so do the queries of a caller, however many calls each of them brings', async () => {
  const semaphore = createFairSemaphore(1);
  const admitted: string[] = [];
  const leave = await semaphore.acquire(neverAborted);
  const acquireAs = (caller: string, query: string) =>
    semaphore.acquire(neverAborted, [caller, query]).then((leaveNext) => {
      admitted.push(caller + query);
      leaveNext();
    });
  const all = [
    ...['1', '1', '1', '1', '2', '2'].map((query) => acquireAs('a', query)),
    ...['1', '1', '1'].map((query) => acquireAs('b', query)),
    acquireAs('c', '1'),
  ];
  leave();
  await Promise.all(all);
  expect(admitted).toEqual(['a1', 'b1', 'c1', 'a2', 'b1', 'a1', 'b1', 'a2', 'a1', 'a1']);
});

test('a caller who has too many waiting is refused at once; nobody else is', async () => {
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

test('those who come on nobody’s behalf are one caller among the others', async () => {
  const semaphore = createFairSemaphore(1, 2);
  const leave = await semaphore.acquire(neverAborted);
  const named = [semaphore.acquire(neverAborted, ['a', '1']), semaphore.acquire(neverAborted, ['a', '1'])];
  const unnamed = [semaphore.acquire(neverAborted), semaphore.acquire(neverAborted)];
  await expect(semaphore.acquire(neverAborted)).rejects.toThrow(QueueFullError);
  leave();
  for (const next of [named[0], unnamed[0], named[1], unnamed[1]]) (await next)?.();
});

test('whoever comes, goes or gives up: never more inside than places, and no place is empty while anybody waits', async () => {
  const act = fc.constantFrom(
    'enter' as const,
    'enter' as const,
    'enter' as const,
    'leave' as const,
    'give up' as const,
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(act, { maxLength: 40 }), async (capacity, acts) => {
      const semaphore = createFairSemaphore(capacity);
      let acquired = 0;
      const inside: (() => void)[] = [];
      const outside = new Set<AbortController>();
      for (const action of acts) {
        if (action === 'leave') inside.shift()?.();
        if (action === 'give up') for (const controller of [...outside].slice(0, 1)) controller.abort();
        if (action === 'enter') {
          const controller = new AbortController();
          outside.add(controller);
          void semaphore
            .acquire(controller.signal, [`caller ${(acquired += 1) % 3}`, `query ${acquired % 2}`])
            .then((leave) => inside.push(leave))
            .catch(() => undefined)
            .finally(() => outside.delete(controller));
        }
        await flushPromises();
        expect(inside.length).toBeLessThanOrEqual(capacity);
        expect(outside.size === 0 || inside.length === capacity).toBe(true);
      }
    }),
  );
});
