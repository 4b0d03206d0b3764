import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { systemClock } from '../domain/clock.ts';
import { RedisTimeoutError } from './redis-errors.ts';
import { startRedisTimeout } from './redis-timeout.ts';

test('elapses after its time, and not before', async () => {
  const clock = manualClock();
  const timeout = startRedisTimeout(clock, 100);
  clock.advance(99);
  await new Promise(setImmediate);
  expect(timeout.hasElapsed()).toBe(false);
  clock.advance(1);
  await expect(timeout.rejection).rejects.toThrow(RedisTimeoutError);
  expect(timeout.hasElapsed()).toBe(true);
});

test('starts again while replies to other commands arrive, ten times at most', async () => {
  const clock = manualClock();
  let replies = 0;
  const timeout = startRedisTimeout(clock, 100, () => replies);
  const failure = rejectionOf(timeout.rejection);
  let elapsedMs = 0;
  while (!timeout.hasElapsed()) {
    replies += 1;
    clock.advance(100);
    elapsedMs += 100;
    await new Promise(setImmediate);
  }
  expect(await failure).toBeInstanceOf(RedisTimeoutError);
  expect(elapsedMs).toBe(1000);
});

test('elapses when the replies stop', async () => {
  const clock = manualClock();
  let replies = 0;
  const timeout = startRedisTimeout(clock, 100, () => replies);
  replies += 1;
  clock.advance(100);
  await new Promise(setImmediate);
  expect(timeout.hasElapsed()).toBe(false);
  clock.advance(100);
  await expect(timeout.rejection).rejects.toThrow(RedisTimeoutError);
});

test('leaves no timer after it is cancelled', () => {
  const clock = manualClock();
  const timeout = startRedisTimeout(clock, 100);
  clock.advance(60);
  timeout.cancel();
  expect(clock.pendingTimers()).toBe(0);
});

test('lets a process that was busy for longer than the timeout send its commands and read the replies', async () => {
  const timeout = startRedisTimeout(systemClock, 100);
  // As many turns of the event loop as a command and its reply take.
  const reply = (async () => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    return 'reply';
  })();
  for (const start = performance.now(); performance.now() - start < 150;);
  expect(await Promise.race([reply, timeout.rejection])).toBe('reply');
  timeout.cancel();
});
