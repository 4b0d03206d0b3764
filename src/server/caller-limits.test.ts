import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CallerLimits, createCallerLimits, type CallerUsage } from './caller-limits.ts';
import { HttpError } from './http-error.ts';
import { manualClock } from '../../test/support/clock.ts';

function createHarness(limits: CallerLimits) {
  const clock = manualClock();
  const enter = createCallerLimits(limits, clock);
  return {
    clock,
    /** The way out; for one who is refused, which limit it was, and after how many seconds to come back. */
    enter: (caller: string) => {
      try {
        return enter(caller);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        expect([error.status, error.code]).toEqual([429, 'RATE_LIMITED']);
        return [error.limit, Number(error.headers['retry-after'])] as const;
      }
    },
  };
}

test('so many requests in a minute, whenever it begins; the refusal says when there is room', () => {
  const { clock, enter } = createHarness({ callerRequestsPerMinute: 2 });
  enter('a');
  clock.advance(20_000);
  enter('a');
  expect(enter('a')).toEqual(['caller_rate', 40]);
  expect(enter('b')).toEqual(expect.any(Function));
  clock.advance(39_999);
  expect(enter('a')).toEqual(['caller_rate', 1]);
  clock.advance(1);
  expect(enter('a')).toEqual(expect.any(Function));
  expect(enter('a')).toEqual(['caller_rate', 20]);
});

test('so many requests at a time; what is refused takes no place', () => {
  const { clock, enter } = createHarness({ callerConcurrency: 2 });
  const leave = enter('a');
  // One that goes on for long counts as long as it does, however many minutes.
  enter('a');
  clock.advance(600_000);
  for (let i = 0; i < 3; i += 1) expect(enter('a')).toEqual(['caller_concurrency', 1]);
  expect(enter('b')).toEqual(expect.any(Function));
  clock.advance(600_000);
  expect(enter('a')).toEqual(['caller_concurrency', 1]);
  if (typeof leave === 'function') leave();
  expect(enter('a')).toEqual(expect.any(Function));
  expect(enter('a')).toEqual(['caller_concurrency', 1]);
});

test('who has been quiet for a minute is forgotten by the next, and nobody else is', () => {
  const clock = manualClock(0);
  const usages = new Map<string, CallerUsage>();
  const enter = createCallerLimits({ callerRequestsPerMinute: 2 }, clock, usages);
  const known = () => [...usages.keys()].toSorted();
  clock.advance(1);
  enter('quiet')();
  enter('busy');
  clock.advance(60_000);
  enter('late')();
  expect(known()).toEqual(['busy', 'late']);
  // They are looked through no more than once a minute.
  clock.advance(60_000);
  enter('next')();
  expect(known()).toEqual(['busy', 'late', 'next']);
  clock.advance(1);
  enter('last')();
  expect(known()).toEqual(['busy', 'last', 'next']);
  enter('next')();
  expect(() => enter('next')).toThrow(HttpError);
});

test('of whom no more is asked than how many run, no more than their last request is kept', () => {
  const clock = manualClock();
  const usages = new Map<string, CallerUsage>();
  const enter = createCallerLimits({ callerConcurrency: 2 }, clock, usages);
  for (let i = 0; i < 10; i += 1) {
    clock.advance(1);
    enter('a')();
  }
  expect(usages.get('a')).toEqual({ begun: [clock.monotonicMs()], running: 0 });
});

test('without limits nobody is refused', () => {
  const { clock, enter } = createHarness({});
  for (let i = 0; i < 1000; i += 1) {
    expect(enter(`caller ${i % 7}`)).toEqual(expect.any(Function));
    clock.advance(100);
  }
});

test('whoever comes when: refused exactly where so many of theirs began in the last minute, or are running', () => {
  const actionArbitrary = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c').map((enter) => ({ enter })) },
    { weight: 2, arbitrary: fc.nat({ max: 5 }).map((leave) => ({ leave })) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 70_000 }).map((wait) => ({ wait })) },
  );
  fc.assert(
    fc.property(
      fc.array(actionArbitrary, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      (actions, callerRequestsPerMinute, callerConcurrency) => {
        const { clock, enter } = createHarness({ callerRequestsPerMinute, callerConcurrency });
        const running: { readonly who: string; readonly leave: () => void }[] = [];
        const begun: { readonly who: string; readonly at: number }[] = [];
        for (const action of actions) {
          if ('wait' in action) clock.advance(action.wait);
          else if ('leave' in action) running.splice(action.leave, 1)[0]?.leave();
          else {
            const who = action.enter;
            const entered = enter(who);
            const lately = begun.filter((other) => other.who === who && other.at > clock.monotonicMs() - 60_000);
            const expected =
              running.filter((other) => other.who === who).length >= callerConcurrency
                ? 'caller_concurrency'
                : lately.length >= callerRequestsPerMinute
                  ? 'caller_rate'
                  : null;
            expect(typeof entered === 'function' ? null : entered[0]).toBe(expected);
            if (typeof entered === 'function') {
              running.push({ who, leave: entered });
              begun.push({ who, at: clock.monotonicMs() });
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
