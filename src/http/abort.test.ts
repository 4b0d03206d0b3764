import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { abortable, createAbortListeners, sleep, withTimeout } from './abort.ts';

failOnUnhandledRejection();

const pendingForever = new Promise<never>(() => undefined);
const ABORT_REASON = new Error('enough');

function countListeners(signal: AbortSignal) {
  return getEventListeners(signal, 'abort').length;
}

describe('withTimeout', () => {
  test('settles like its promise in time, else resolves to the fallback, and leaves no timer', async () => {
    const clock = manualClock();
    expect(await withTimeout(Promise.resolve('value'), () => 'late', 10, clock)).toBe('value');
    expect(await rejectionOf(withTimeout(Promise.reject(ABORT_REASON), () => 'late', 10, clock))).toBe(ABORT_REASON);
    expect(clock.pendingTimers()).toBe(0);
    const waiting = withTimeout(pendingForever, () => 'late', 10, clock);
    clock.advance(10);
    expect(await waiting).toBe('late');
  });
});

describe('abortable', () => {
  test('settles like its promise, and leaves no listener on a signal that lives longer', async () => {
    const { signal } = new AbortController();
    const failure = new Error('failure');
    for (let i = 0; i < 3; i += 1) {
      expect(await abortable(Promise.resolve(i), signal)).toBe(i);
      expect(await rejectionOf(abortable(Promise.reject(failure), signal))).toBe(failure);
    }
    expect(countListeners(signal)).toBe(0);
  });

  test('rejects with the reason of a signal aborted meanwhile, however the promise settles later', async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const rejection = rejectionOf(abortable(late.promise, controller.signal));
    controller.abort(ABORT_REASON);
    expect(await rejection).toBe(ABORT_REASON);
    late.reject(new Error('late'));
    expect(countListeners(controller.signal)).toBe(0);
  });

  test('rejects at once for a signal that was already aborted', async () => {
    expect(await rejectionOf(abortable(pendingForever, AbortSignal.abort(ABORT_REASON)))).toBe(ABORT_REASON);
  });
});

describe('sleep', () => {
  test('ends after its time or when the signal is aborted, and leaves no timer and no listener', async () => {
    const clock = manualClock();
    const controller = new AbortController();
    const { signal } = controller;
    const sleeping = sleep(100, clock, signal);
    clock.advance(100);
    await sleeping;
    expect(countListeners(signal)).toBe(0);
    const rejection = rejectionOf(sleep(100, clock, signal));
    controller.abort(ABORT_REASON);
    expect(await rejection).toBe(ABORT_REASON);
    expect(await rejectionOf(sleep(100, clock, signal))).toBe(ABORT_REASON);
    expect([clock.pendingTimers(), countListeners(signal)]).toEqual([0, 0]);
  });
});

describe('abort listeners', () => {
  test('call back in the order of registration, except those that were removed', () => {
    const onAbort = createAbortListeners();
    const controller = new AbortController();
    const called: string[] = [];
    const [, remove] = ['a', 'b', 'c'].map((name) => onAbort(controller.signal, () => called.push(name)));
    onAbort(new AbortController().signal, () => called.push('another signal’s'));
    remove?.();
    controller.abort();
    expect(called).toEqual(['a', 'c']);
  });

  test('call back at once for a signal that was already aborted', () => {
    let calls = 0;
    const remove = createAbortListeners()(AbortSignal.abort(), () => (calls += 1));
    remove();
    expect(calls).toBe(1);
  });

  test('share one event listener per signal, removed with the last callback; removing twice has no effect', () => {
    const onAbort = createAbortListeners();
    const controller = new AbortController();
    const { signal } = controller;
    const removals = [1, 2, 3].map(() => onAbort(signal, () => undefined));
    expect(countListeners(signal)).toBe(1);
    for (const remove of removals) remove();
    expect(countListeners(signal)).toBe(0);
    let calls = 0;
    onAbort(signal, () => (calls += 1));
    for (const remove of removals) remove();
    onAbort(signal, () => (calls += 1));
    expect(countListeners(signal)).toBe(1);
    controller.abort();
    expect(calls).toBe(2);
  });
});
