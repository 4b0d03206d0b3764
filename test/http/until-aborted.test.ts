import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { pause } from '../../src/http/pause.ts';
import { untilAborted } from '../../src/http/until-aborted.ts';
import { rejection } from '../support/caught.ts';
import { manualClock } from '../support/clock.ts';
import { failOnUnhandled } from '../support/unhandled.ts';

failOnUnhandled();

const never = new Promise<never>(() => undefined);
const ENOUGH = new Error('enough');

const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

test('a promise that is kept, or broken, is what it is, and a signal that lives longer is left as it was', async () => {
  const controller = new AbortController();
  const broken = new Error('broken');
  for (let i = 0; i < 3; i += 1) {
    expect(await untilAborted(Promise.resolve(i), controller.signal)).toBe(i);
    expect(await rejection(untilAborted(Promise.reject(broken), controller.signal))).toBe(broken);
  }
  expect(listeners(controller)).toBe(0);
});

test('a signal that is aborted on the way ends it with its reason, whatever becomes of the promise', async () => {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const waiting = rejection(untilAborted(late.promise, controller.signal));
  controller.abort(ENOUGH);
  expect(await waiting).toBe(ENOUGH);
  late.reject(new Error('late'));
  expect(listeners(controller)).toBe(0);
});

test('a signal that was aborted before ends it at once', async () => {
  expect(await rejection(untilAborted(never, AbortSignal.abort(ENOUGH)))).toBe(ENOUGH);
});

test('a pause ends in time or with the signal, and leaves neither a timer nor a listener behind', async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const paused = pause(100, clock, controller.signal);
  clock.advance(100);
  await paused;
  expect(listeners(controller)).toBe(0);
  const broken = rejection(pause(100, clock, controller.signal));
  controller.abort(ENOUGH);
  expect(await broken).toBe(ENOUGH);
  expect(await rejection(pause(100, clock, controller.signal))).toBe(ENOUGH);
  expect([clock.waiting(), listeners(controller)]).toEqual([0, 0]);
});
