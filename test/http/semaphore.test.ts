import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSemaphore, QueueFull } from '../../src/http/semaphore.ts';
import { settle } from '../support/settle.ts';

const nobody = new AbortController().signal;

/** Who is in, in the order of admission. */
function doorkeeper(places: number) {
  const semaphore = createSemaphore(places);
  const admitted: string[] = [];
  return {
    admitted,
    enter: (name: string, signal: AbortSignal = nobody) =>
      semaphore.enter(signal).then((leave) => {
        admitted.push(name);
        return leave;
      }),
  };
}

test('lets no more in than there are places, and the others in the order in which they came', async () => {
  const { admitted, enter } = doorkeeper(2);
  const leaveA = await enter('a');
  await enter('b');
  const c = enter('c');
  const d = enter('d');
  await settle();
  expect(admitted).toEqual(['a', 'b']);
  leaveA();
  await settle();
  expect(admitted).toEqual(['a', 'b', 'c']);
  (await c)();
  await d;
  expect(admitted).toEqual(['a', 'b', 'c', 'd']);
});

test('hands a place on at once: whoever comes just then does not slip in before those who wait', async () => {
  const { admitted, enter } = doorkeeper(1);
  const leave = await enter('a');
  const waiting = enter('waiting');
  leave();
  void enter('newcomer');
  await waiting;
  await settle();
  expect(admitted).toEqual(['a', 'waiting']);
});

test('a place given back twice is still one place', async () => {
  const { admitted, enter } = doorkeeper(1);
  const leave = await enter('a');
  leave();
  leave();
  await enter('b');
  void enter('c');
  await settle();
  expect(admitted).toEqual(['a', 'b']);
});

test('one who is aborted while waiting gets the signal’s reason, and takes no place', async () => {
  const { admitted, enter } = doorkeeper(1);
  const leave = await enter('a');
  const controller = new AbortController();
  const impatient = enter('impatient', controller.signal);
  const patient = enter('patient');
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  leave();
  await patient;
  expect(admitted).toEqual(['a', 'patient']);
});

test('one who comes aborted is not let in though there is room', async () => {
  const { enter } = doorkeeper(1);
  await expect(enter('late', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  await expect(enter('next')).resolves.toEqual(expect.any(Function));
});

test('once inside, an abort does not put anybody out', async () => {
  const { admitted, enter } = doorkeeper(1);
  const controller = new AbortController();
  const leave = await enter('a', controller.signal);
  void enter('b');
  controller.abort();
  await settle();
  expect(admitted).toEqual(['a']);
  leave();
  await settle();
  expect(admitted).toEqual(['a', 'b']);
});

test('a signal is left as it was, however one’s waiting ends', async () => {
  const { enter } = doorkeeper(1);
  const controllers = [new AbortController(), new AbortController(), new AbortController()] as const;
  const [first, second, third] = controllers;
  const leave = await enter('first', first.signal);
  const waiting = enter('second', second.signal);
  const gone = expect(enter('third', third.signal)).rejects.toThrow('enough');
  third.abort(new Error('enough'));
  await gone;
  leave();
  await waiting;
  expect(controllers.map(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([[], [], []]);
});

test('callers take turns, and so do the queries of a caller, however many calls each of them brings', async () => {
  const semaphore = createSemaphore(1);
  const admitted: string[] = [];
  const leave = await semaphore.enter(nobody);
  const come = (caller: string, query: string) =>
    semaphore.enter(nobody, [caller, query]).then((leaveNext) => {
      admitted.push(caller + query);
      leaveNext();
    });
  const all = [
    ...['1', '1', '1', '1', '2', '2'].map((query) => come('a', query)),
    ...['1', '1', '1'].map((query) => come('b', query)),
    come('c', '1'),
  ];
  leave();
  await Promise.all(all);
  expect(admitted).toEqual(['a1', 'b1', 'c1', 'a2', 'b1', 'a1', 'b1', 'a2', 'a1', 'a1']);
});

test('a caller who has too many waiting is refused at once; nobody else is', async () => {
  const semaphore = createSemaphore(1, 2);
  await semaphore.enter(nobody);
  const gone = new AbortController();
  const waiting = [semaphore.enter(gone.signal, ['a', '1']), semaphore.enter(nobody, ['a', '2'])];
  await expect(semaphore.enter(nobody, ['a', '3'])).rejects.toThrow(QueueFull);
  void semaphore.enter(nobody, ['b', '1']);
  void semaphore.enter(nobody, ['b', '1']);
  await expect(semaphore.enter(nobody, ['b', '1'])).rejects.toThrow(QueueFull);
  gone.abort(new Error('enough'));
  await expect(waiting[0]).rejects.toThrow('enough');
  void semaphore.enter(nobody, ['a', '3']);
  await expect(semaphore.enter(nobody, ['a', '4'])).rejects.toThrow(QueueFull);
});

test('those who come on nobody’s behalf are one caller among the others', async () => {
  const semaphore = createSemaphore(1, 2);
  const leave = await semaphore.enter(nobody);
  const named = [semaphore.enter(nobody, ['a', '1']), semaphore.enter(nobody, ['a', '1'])];
  const unnamed = [semaphore.enter(nobody), semaphore.enter(nobody)];
  await expect(semaphore.enter(nobody)).rejects.toThrow(QueueFull);
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
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(act, { maxLength: 40 }), async (places, acts) => {
      const semaphore = createSemaphore(places);
      let come = 0;
      const inside: (() => void)[] = [];
      const outside = new Set<AbortController>();
      for (const one of acts) {
        if (one === 'leave') inside.shift()?.();
        if (one === 'give up') for (const controller of [...outside].slice(0, 1)) controller.abort();
        if (one === 'enter') {
          const controller = new AbortController();
          outside.add(controller);
          void semaphore
            .enter(controller.signal, [`caller ${(come += 1) % 3}`, `query ${come % 2}`])
            .then((leave) => inside.push(leave))
            .catch(() => undefined)
            .finally(() => outside.delete(controller));
        }
        await settle();
        expect(inside.length).toBeLessThanOrEqual(places);
        expect(outside.size === 0 || inside.length === places).toBe(true);
      }
    }),
  );
});
