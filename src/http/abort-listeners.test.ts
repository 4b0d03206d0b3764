import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { createAbortListeners } from './abort-listeners.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createCaller, createTestCache, namespace, createStubVendor } from '../../test/support/cache-harness.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('all are called back in their order, but those who left', () => {
  const onAbort = createAbortListeners();
  const controller = new AbortController();
  const called: string[] = [];
  const [, leave] = ['a', 'b', 'c'].map((name) => onAbort(controller.signal, () => called.push(name)));
  onAbort(new AbortController().signal, () => called.push('another’s'));
  leave?.();
  controller.abort();
  expect(called).toEqual(['a', 'c']);
});

test('a signal that was aborted before calls back at once', () => {
  let called = 0;
  const leave = createAbortListeners()(AbortSignal.abort(), () => (called += 1));
  leave();
  expect(called).toBe(1);
});

test('many share one listener, and the last to leave takes it along; who leaves twice disturbs nobody', () => {
  const onAbort = createAbortListeners();
  const controller = new AbortController();
  const { signal } = controller;
  const leave = [1, 2, 3].map(() => onAbort(signal, () => undefined));
  expect(listeners(signal)).toBe(1);
  for (const one of leave) one();
  expect(listeners(signal)).toBe(0);
  let called = 0;
  onAbort(signal, () => (called += 1));
  for (const one of leave) one();
  onAbort(signal, () => (called += 1));
  expect(listeners(signal)).toBe(1);
  controller.abort();
  expect(called).toBe(2);
});

test('a thousand reads of one query listen to its end once, and no more when they are over', async () => {
  const { cache } = createTestCache();
  const { fetch, answer, calls } = createStubVendor();
  const { context } = createCaller();
  const reads = Array.from({ length: 1000 }, (_, index) => cache.readMany(namespace, [`key ${index}`], context, fetch));
  await flushPromises();
  expect([calls.length, listeners(context.signal)]).toEqual([1000, 1]);
  calls.forEach((_, n) => answer(n));
  expect((await Promise.all(reads)).flat()).toHaveLength(1000);
  expect(listeners(context.signal)).toBe(0);
});
