import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../test/support/clock.ts';
import { createPastAllowance } from './past-allowance.ts';

test('leaves a quarter of the limit to live calls after a minute without any, and lets past calls take the rest', () => {
  const clock = manualClock();
  const allowance = createPastAllowance(160, clock);
  let started = 0;
  while (allowance.waitMs() === 0) {
    allowance.recordStart('past');
    started += 1;
  }
  expect(started).toBe(120);
  expect(allowance.waitMs()).toBe(60_000);
  clock.advance(60_000);
  expect(allowance.waitMs()).toBe(0);
});

test.each([1, 2, 3, 160])('admits a past call with a limit of %i, however many live calls there are', (limit) => {
  const allowance = createPastAllowance(limit, manualClock());
  for (let i = 0; i < limit; i += 1) allowance.recordStart('live');
  expect(allowance.waitMs()).toBe(0);
});

test('holds nothing back without a limit', () => {
  expect(createPastAllowance(undefined, manualClock()).waitMs()).toBe(0);
});

test('keeps past calls between a quarter and three quarters of the limit in every minute (any sequence of calls)', () => {
  const eventArbitrary = fc.record({
    ms: fc.nat({ max: 10_000 }),
    live: fc.nat({ max: 10 }),
    past: fc.nat({ max: 20 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 40 }), fc.array(eventArbitrary, { maxLength: 40 }), (limit, events) => {
      const clock = manualClock();
      const allowance = createPastAllowance(limit, clock);
      const started: number[] = [];
      for (const { ms, live, past } of events) {
        clock.advance(ms);
        for (let i = 0; i < live; i += 1) allowance.recordStart('live');
        for (let i = 0; i < past; i += 1) {
          const recent = started.filter((time) => time > clock.monotonicMs() - 60_000).length;
          const waitMs = allowance.waitMs();
          if (recent < Math.floor(limit / 4)) expect(waitMs).toBe(0);
          if (recent >= limit - Math.floor(limit / 4)) expect(waitMs).toBeGreaterThan(0);
          if (waitMs > 0) continue;
          allowance.recordStart('past');
          started.push(clock.monotonicMs());
        }
      }
    }),
  );
});

test('divides what past calls may take by the number of processes that share the limit', () => {
  const clock = manualClock();
  let size = 3;
  const allowance = createPastAllowance(120, clock, () => size);
  const startAll = () => {
    let started = 0;
    for (; allowance.waitMs() === 0; started += 1) allowance.recordStart('past');
    return started;
  };
  expect(startAll()).toBe(30);
  size = 2;
  expect(startAll()).toBe(15);
  size = 1000;
  clock.advance(60_000);
  expect(startAll()).toBe(1);
});
