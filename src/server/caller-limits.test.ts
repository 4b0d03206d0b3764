import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../test/support/clock.ts';
import { type CallerLimits, type CallerUsage, createCallerLimits } from './caller-limits.ts';
import { HttpError } from './http-error.ts';

function createHarness(limits: CallerLimits) {
  const clock = manualClock();
  const enter = createCallerLimits(limits, clock);
  return {
    clock,
    /** Returns the release function, or the exceeded limit and its Retry-After in seconds. */
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

test('limits requests in any span of a minute and returns the time until the next slot as Retry-After', () => {
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

test('limits concurrent requests; a rejected request takes no slot', () => {
  const { clock, enter } = createHarness({ callerConcurrency: 2 });
  const leave = enter('a');
  // A long-running request counts until it ends, however many minutes that takes.
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

test('drops only callers without a request for a minute, when the next request arrives', () => {
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
  // The sweep runs at most once a minute.
  clock.advance(60_000);
  enter('next')();
  expect(known()).toEqual(['busy', 'late', 'next']);
  clock.advance(1);
  enter('last')();
  expect(known()).toEqual(['busy', 'last', 'next']);
  enter('next')();
  expect(() => enter('next')).toThrow(HttpError);
});

test('keeps only the latest request of a caller without a rate limit', () => {
  const clock = manualClock();
  const usages = new Map<string, CallerUsage>();
  const enter = createCallerLimits({ callerConcurrency: 2 }, clock, usages);
  for (let i = 0; i < 10; i += 1) {
    clock.advance(1);
    enter('a')();
  }
  expect(usages.get('a')).toEqual({ recentRequests: [clock.monotonicMs()], inFlight: 0 });
});

test('rejects no request without limits', () => {
  const { clock, enter } = createHarness({});
  for (let i = 0; i < 1000; i += 1) {
    expect(enter(`caller ${i % 7}`)).toEqual(expect.any(Function));
    clock.advance(100);
  }
});

test('rejects exactly the requests beyond the rate or concurrency limit of their caller, in any order of events', () => {
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
        const running: { readonly caller: string; readonly leave: () => void }[] = [];
        const started: { readonly caller: string; readonly at: number }[] = [];
        for (const action of actions) {
          if ('wait' in action) clock.advance(action.wait);
          else if ('leave' in action) running.splice(action.leave, 1)[0]?.leave();
          else {
            const caller = action.enter;
            const result = enter(caller);
            const recent = started.filter(
              (other) => other.caller === caller && other.at > clock.monotonicMs() - 60_000,
            );
            const expected =
              running.filter((other) => other.caller === caller).length >= callerConcurrency
                ? 'caller_concurrency'
                : recent.length >= callerRequestsPerMinute
                  ? 'caller_rate'
                  : null;
            expect(typeof result === 'function' ? null : result[0]).toBe(expected);
            if (typeof result === 'function') {
              running.push({ caller, leave: result });
              started.push({ caller, at: clock.monotonicMs() });
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
