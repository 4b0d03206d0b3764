import { expect, test } from '@jest/globals';
import { createRedisTime } from './redis-time.ts';

const HOUR_MS = 3_600_000;

test('corrects a clock that differs by more than a second, by the middle of the sample', () => {
  const time = createRedisTime();
  expect(time.offsetMs()).toBe(0);
  time.observe(HOUR_MS + 5, 0, 10);
  expect(time.offsetMs()).toBe(HOUR_MS);
});

test('leaves well kept clocks, and slow replies, alone', () => {
  const time = createRedisTime();
  time.observe(1900, 1000, 1010);
  expect(time.offsetMs()).toBe(0);
  time.observe(1000 + HOUR_MS, 1000, 1000);
  time.observe(1000 + HOUR_MS, 1000, 2900);
  expect(time.offsetMs()).toBe(HOUR_MS);
});

test('follows a clock of Redis that is set back', () => {
  const time = createRedisTime();
  time.observe(1000 + HOUR_MS, 1000, 1000);
  time.observe(2000, 2000, 2000);
  expect(time.offsetMs()).toBe(0);
});

test('learns no more from a reply than the time of its journey leaves certain', () => {
  const time = createRedisTime();
  time.observe(1000, 1000, 9000);
  expect(time.offsetMs()).toBe(0);
  time.observe(9000, 1000, 9000);
  expect(time.offsetMs()).toBe(0);
  time.observe(9000 + HOUR_MS, 1000, 9000);
  expect(time.offsetMs()).toBe(HOUR_MS + 4000);
  time.observe(9000 + HOUR_MS, 9000, 9010);
  expect(time.offsetMs()).toBe(HOUR_MS - 5);
});
