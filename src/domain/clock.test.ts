import { expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';

test('the system’s clock shows the wall’s time, and one that only moves on', () => {
  const before = [Date.now(), performance.now()];
  const shown = [systemClock.now(), systemClock.monotonicMs()];
  const after = [Date.now(), performance.now()];
  shown.forEach((time, index) => {
    expect(time).toBeGreaterThanOrEqual(before[index] ?? NaN);
    expect(time).toBeLessThanOrEqual(after[index] ?? NaN);
  });
});

test('its timers do not keep a process alive', () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const cancel = systemClock.setTimer(60_000, () => undefined);
  expect(timers()).toBe(before);
  cancel();
});
