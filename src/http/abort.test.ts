import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { sleep } from './abort.ts';
import { abortable } from './abortable.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';

failOnUnhandledRejection();

const never = new Promise<never>(() => undefined);
const ABORT_REASON = new Error('enough');

const countListeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

test('a promise that is kept, or broken, is what it is, and a signal that lives longer is left as it was', async () => {
  const controller = new AbortController();
  const broken = new Error('broken');
  for (let i = 0; i < 3; i += 1) {
    expect(await abortable(Promise.resolve(i), controller.signal)).toBe(i);
    expect(await rejectionOf(abortable(Promise.reject(broken), controller.signal))).toBe(broken);
  }
  expect(countListeners(controller)).toBe(0);
});

test('a signal that is aborted on the way ends it with its reason, whatever becomes of the promise', async () => {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const waiting = rejectionOf(abortable(late.promise, controller.signal));
  controller.abort(ABORT_REASON);
  expect(await waiting).toBe(ABORT_REASON);
  late.reject(new Error('late'));
  expect(countListeners(controller)).toBe(0);
});

test('a signal that was aborted before ends it at once', async () => {
  expect(await rejectionOf(abortable(never, AbortSignal.abort(ABORT_REASON)))).toBe(ABORT_REASON);
});

test('a pause ends in time or with the signal, and leaves neither a timer nor a listener behind', async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const paused = sleep(100, clock, controller.signal);
  clock.advance(100);
  await paused;
  expect(countListeners(controller)).toBe(0);
  const broken = rejectionOf(sleep(100, clock, controller.signal));
  controller.abort(ABORT_REASON);
  expect(await broken).toBe(ABORT_REASON);
  expect(await rejectionOf(sleep(100, clock, controller.signal))).toBe(ABORT_REASON);
  expect([clock.pendingTimers(), countListeners(controller)]).toEqual([0, 0]);
});
