import { describe, expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';

test('systemClock returns the wall-clock time and a monotonic time', () => {
  const before = [Date.now(), performance.now()];
  const times = [systemClock.now(), systemClock.monotonicMs()];
  const after = [Date.now(), performance.now()];
  times.forEach((time, index) => {
    expect(time).toBeGreaterThanOrEqual(before[index] ?? NaN);
    expect(time).toBeLessThanOrEqual(after[index] ?? NaN);
  });
});

test('systemClock timers do not keep the process alive', () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const cancel = systemClock.setTimer(60_000, () => undefined);
  expect(timers()).toBe(before);
  cancel();
});

describe('systemClock timers', () => {
  test('call back after their delay, unless cancelled', async () => {
    const called: string[] = [];
    const stop = systemClock.setTimer(1, () => called.push('stopped'));
    stop();
    const keepAlive = setInterval(() => undefined, 1000);
    await new Promise<void>((resolve) => {
      systemClock.setTimer(5, () => {
        called.push('called');
        resolve();
      });
    });
    clearInterval(keepAlive);
    expect(called).toEqual(['called']);
  });

  test.each([2 ** 31, 1e15, Infinity])('do not fire at once for a delay of %p ms', async (ms) => {
    let called = false;
    const stop = systemClock.setTimer(ms, () => (called = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    stop();
    expect(called).toBe(false);
  });
});
