import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../test/support/clock.ts';
import { createLocalRateLimiter, createSharedRateLimiter } from './rate-limiter.ts';

test('admits calls up to the limit, then returns the time until the next one', () => {
  const clock = manualClock();
  const limiter = createLocalRateLimiter(2, clock);
  expect(limiter.take()).toBe(0);
  clock.advance(10_000);
  expect(limiter.take()).toBe(0);
  expect(limiter.take()).toBe(50_000);
  clock.advance(49_999);
  expect(limiter.take()).toBe(1);
  clock.advance(1);
  expect(limiter.take()).toBe(0);
  expect(limiter.take()).toBe(10_000);
});

test('does not count rejected calls', () => {
  const clock = manualClock();
  const limiter = createLocalRateLimiter(1, clock);
  limiter.take();
  for (let i = 0; i < 100; i += 1) limiter.take();
  clock.advance(60_000);
  expect(limiter.take()).toBe(0);
});

test('admits calls on time although the wall clock is set back', () => {
  const clock = manualClock();
  const limiter = createLocalRateLimiter(1, clock);
  limiter.take();
  clock.setWallClock(0);
  clock.advance(60_000);
  expect(limiter.take()).toBe(0);
});

test('admits every call when no limit is set', () => {
  const limiter = createLocalRateLimiter(undefined, manualClock());
  expect(Array.from({ length: 1000 }, () => limiter.take()).every((wait) => wait === 0)).toBe(true);
});

test('admits exactly up to the limit in every window of 60 seconds (any arrival times)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30_000 })), { maxLength: 200 }),
      (limit, gaps) => {
        const clock = manualClock();
        const limiter = createLocalRateLimiter(limit, clock);
        const starts: number[] = [];
        for (const gap of gaps) {
          clock.advance(gap);
          const recent = starts.filter((at) => at > clock.monotonicMs() - 60_000).length;
          if (limiter.take() === 0) {
            starts.push(clock.monotonicMs());
            expect(recent).toBeLessThan(limit);
          } else {
            expect(recent).toBe(limit);
          }
        }
      },
    ),
  );
});

describe('the shared rate limiter', () => {
  /** A shared limiter whose shared quota returns these waits in turn, then null. */
  function setUp(...waits: readonly (number | null)[]) {
    const clock = manualClock();
    const remainingWaits = [...waits];
    const limiter = createSharedRateLimiter(
      () => Promise.resolve(remainingWaits.shift() ?? null),
      createLocalRateLimiter(2, clock),
    );
    return { clock, limiter };
  }

  test('follows the shared quota, whatever is left of the local limit', async () => {
    const { limiter } = setUp(700, 0, 0, 0, 0);
    expect(await limiter.take()).toBe(700);
    for (let i = 0; i < 4; i += 1) expect(await limiter.take()).toBe(0);
  });

  test('falls back to the local limit, earlier calls included, while the shared quota is unavailable', async () => {
    const { clock, limiter } = setUp(0, null, null);
    expect(await limiter.take()).toBe(0);
    clock.advance(10_000);
    expect(await limiter.take()).toBe(0);
    expect(await limiter.take()).toBe(50_000);
  });

  test('does not count a call locally that the shared quota rejected', async () => {
    const { limiter } = setUp(700, null, null, null);
    expect(await limiter.take()).toBe(700);
    expect(await limiter.take()).toBe(0);
    expect(await limiter.take()).toBe(0);
    expect(await limiter.take()).toBe(60_000);
  });
});
