import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSharedRateLimiter, createLocalRateLimiter } from './rate-limiter.ts';
import { manualClock } from '../../test/support/clock.ts';

test('lets as many begin as the limit says, then says how long it is until the next one may', () => {
  const clock = manualClock();
  const quota = createLocalRateLimiter(2, clock);
  expect(quota.take()).toBe(0);
  clock.advance(10_000);
  expect(quota.take()).toBe(0);
  expect(quota.take()).toBe(50_000);
  clock.advance(49_999);
  expect(quota.take()).toBe(1);
  clock.advance(1);
  expect(quota.take()).toBe(0);
  expect(quota.take()).toBe(10_000);
});

test('a refusal costs nothing', () => {
  const clock = manualClock();
  const quota = createLocalRateLimiter(1, clock);
  quota.take();
  for (let i = 0; i < 100; i += 1) quota.take();
  clock.advance(60_000);
  expect(quota.take()).toBe(0);
});

test('the wall clock set back does not lock it', () => {
  const clock = manualClock();
  const quota = createLocalRateLimiter(1, clock);
  quota.take();
  clock.setWallClock(0);
  clock.advance(60_000);
  expect(quota.take()).toBe(0);
});

test('without a limit everything may begin', () => {
  const quota = createLocalRateLimiter(undefined, manualClock());
  expect(Array.from({ length: 1000 }, () => quota.take()).every((wait) => wait === 0)).toBe(true);
});

test('whenever they arrive: no 60 seconds see more beginnings than the limit, and nobody is refused below it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30_000 })), { maxLength: 200 }),
      (limit, gaps) => {
        const clock = manualClock();
        const quota = createLocalRateLimiter(limit, clock);
        const starts: number[] = [];
        for (const gap of gaps) {
          clock.advance(gap);
          const recent = starts.filter((at) => at > clock.monotonicMs() - 60_000).length;
          if (quota.take() === 0) {
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

describe('of a fleet', () => {
  /** Counts for all processes as the test says, in turn. */
  function setUp(...waits: readonly (number | null)[]) {
    const clock = manualClock();
    const remainingWaits = [...waits];
    const quota = createSharedRateLimiter(
      () => Promise.resolve(remainingWaits.shift() ?? null),
      createLocalRateLimiter(2, clock),
    );
    return { clock, quota };
  }

  test('what counts for all processes decides, whatever this one alone has left', async () => {
    const { quota } = setUp(700, 0, 0, 0, 0);
    expect(await quota.take()).toBe(700);
    for (let i = 0; i < 4; i += 1) expect(await quota.take()).toBe(0);
  });

  test('where that cannot be counted, this process has the limit for itself, what it began before included', async () => {
    const { clock, quota } = setUp(0, null, null);
    expect(await quota.take()).toBe(0);
    clock.advance(10_000);
    expect(await quota.take()).toBe(0);
    expect(await quota.take()).toBe(50_000);
  });

  test('what was refused to all costs this process nothing', async () => {
    const { quota } = setUp(700, null, null, null);
    expect(await quota.take()).toBe(700);
    expect(await quota.take()).toBe(0);
    expect(await quota.take()).toBe(0);
    expect(await quota.take()).toBe(60_000);
  });
});
