import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { type CallOutcome, type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitState } from './ports.ts';

/** The middle of the jitter range: open times then have their nominal length. */
function noJitter() {
  return 0.5;
}

function createTestBreaker(clock: ManualClock = manualClock(), random = noJitter) {
  const states: CircuitState[] = [];
  return { clock, states, breaker: createCircuitBreaker(clock, random, (state) => states.push(state)) };
}

function call(breaker: CircuitBreaker, outcome: CallOutcome): boolean {
  const permit = breaker.tryAcquire();
  permit?.(outcome);
  return permit !== null;
}

function createOpenBreaker(random = noJitter) {
  const parts = createTestBreaker(manualClock(), random);
  for (let i = 0; i < 5; i += 1) call(parts.breaker, 'failure');
  return parts;
}

describe('a closed circuit breaker', () => {
  test('opens on the fifth consecutive failure', () => {
    const { breaker, states } = createTestBreaker();
    for (let i = 0; i < 4; i += 1) call(breaker, 'failure');
    expect(states).toEqual([]);
    call(breaker, 'failure');
    expect(states).toEqual(['open']);
    expect(breaker.tryAcquire()).toBeNull();
    expect(breaker.remainingOpenMs()).toBe(10_000);
  });

  test('stays closed while one call in five succeeds', () => {
    const { breaker, states } = createTestBreaker();
    for (let i = 0; i < 100; i += 1) call(breaker, i % 5 === 4 || i % 5 === 2 || i % 5 === 0 ? 'success' : 'failure');
    expect(states).toEqual([]);
  });

  test('opens when half of ten calls failed, even without consecutive failures', () => {
    const { breaker, states } = createTestBreaker();
    for (let i = 0; i < 9; i += 1) call(breaker, i % 2 === 0 ? 'success' : 'failure');
    expect(states).toEqual([]);
    call(breaker, 'failure');
    expect(states).toEqual(['open']);
  });

  test('stays closed when failures fall out of the one-minute window', () => {
    const { clock, breaker, states } = createTestBreaker();
    for (let i = 0; i < 50; i += 1) {
      call(breaker, 'success');
      call(breaker, 'failure');
      clock.advance(16_000);
    }
    expect(states).toEqual([]);
  });

  test('does not count ignored calls', () => {
    const { breaker, states } = createTestBreaker();
    for (let i = 0; i < 4; i += 1) call(breaker, 'failure');
    for (let i = 0; i < 100; i += 1) call(breaker, 'ignored');
    expect(states).toEqual([]);
    call(breaker, 'failure');
    expect(states).toEqual(['open']);
  });

  test('counts the outcome of a permit only once', () => {
    const { breaker, states } = createTestBreaker();
    const permit = breaker.tryAcquire();
    for (let i = 0; i < 100; i += 1) permit?.('failure');
    expect(states).toEqual([]);
  });
});

describe('an open circuit breaker', () => {
  test('rejects calls for ten seconds, then admits exactly one probe', () => {
    const { clock, breaker, states } = createOpenBreaker();
    clock.advance(9999);
    expect(breaker.tryAcquire()).toBeNull();
    clock.advance(1);
    const permits = Array.from({ length: 100 }, () => breaker.tryAcquire());
    expect(permits.filter((permit) => permit !== null)).toHaveLength(1);
    expect(states).toEqual(['open', 'half_open']);
  });

  test('closes on a successful probe and resets the consecutive failures', () => {
    const { clock, breaker, states } = createOpenBreaker();
    clock.advance(10_000);
    expect(call(breaker, 'success')).toBe(true);
    expect(states).toEqual(['open', 'half_open', 'closed']);
    for (let i = 0; i < 4; i += 1) call(breaker, 'failure');
    expect(states).toHaveLength(3);
  });

  test('does not count calls from before the closing in the failure rate', () => {
    const { clock, breaker, states } = createOpenBreaker();
    clock.advance(10_000);
    call(breaker, 'success');
    for (let i = 0; i < 10; i += 1) call(breaker, i % 2 === 0 || i === 9 ? 'success' : 'failure');
    expect(states.at(-1)).toBe('closed');
    call(breaker, 'failure');
    expect(states.at(-1)).toBe('closed');
    call(breaker, 'failure');
    expect(states.at(-1)).toBe('open');
  });

  test('opens again on a failed probe, for twice as long up to a minute', () => {
    const { clock, breaker } = createOpenBreaker();
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      waits.push(breaker.remainingOpenMs());
      clock.advance(breaker.remainingOpenMs());
      call(breaker, 'failure');
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('resets the open time to ten seconds after closing', () => {
    const { clock, breaker } = createOpenBreaker();
    clock.advance(10_000);
    call(breaker, 'failure');
    clock.advance(20_000);
    call(breaker, 'success');
    for (let i = 0; i < 5; i += 1) call(breaker, 'failure');
    expect(breaker.remainingOpenMs()).toBe(10_000);
  });

  test('admits another probe after an ignored one', () => {
    const { clock, breaker, states } = createOpenBreaker();
    clock.advance(10_000);
    call(breaker, 'ignored');
    expect(call(breaker, 'success')).toBe(true);
    expect(states.at(-1)).toBe('closed');
  });

  test('ignores late outcomes of calls from before it opened, and repeated outcomes of one call', () => {
    const { clock, breaker, states } = createTestBreaker();
    const late = Array.from({ length: 10 }, () => breaker.tryAcquire());
    for (let i = 0; i < 5; i += 1) call(breaker, 'failure');
    for (const permit of late) permit?.('success');
    expect(states).toEqual(['open']);
    clock.advance(10_000);
    const probe = breaker.tryAcquire();
    for (const permit of late) permit?.('failure');
    probe?.('success');
    probe?.('failure');
    expect(states).toEqual(['open', 'half_open', 'closed']);
  });

  test('spreads the open time by ±20 % jitter', () => {
    const waits = [0, 0.25, 0.5, 0.75, 0.999].map((jitter) =>
      Math.round(createOpenBreaker(() => jitter).breaker.remainingOpenMs()),
    );
    expect(waits).toEqual([8000, 9000, 10_000, 11_000, 11_996]);
  });
});

test('never admits more than one call while half-open, nor any while open (any sequence of events)', () => {
  const act = fc.oneof(
    fc.constantFrom('enter' as const, 'success' as const, 'failure' as const, 'ignored' as const),
    fc.integer({ min: 1, max: 30_000 }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const { clock, breaker, states } = createTestBreaker();
      const inFlight: {
        readonly permit: NonNullable<ReturnType<CircuitBreaker['tryAcquire']>>;
        readonly generation: number;
      }[] = [];
      for (const action of acts) {
        if (typeof action === 'number') clock.advance(action);
        else if (action !== 'enter') inFlight.shift()?.permit(action);
        else {
          const permit = breaker.tryAcquire();
          if (permit) inFlight.push({ permit, generation: states.length });
          if (permit) expect(states.at(-1)).not.toBe('open');
        }
        if (states.at(-1) === 'half_open') {
          expect(inFlight.filter(({ generation }) => generation === states.length).length).toBeLessThanOrEqual(1);
        }
      }
      for (let i = 1; i < states.length; i += 1) {
        const next: Record<CircuitState, readonly CircuitState[]> = {
          closed: ['open'],
          open: ['half_open'],
          half_open: ['open', 'closed'],
        };
        expect(next[states[i - 1] ?? 'closed']).toContain(states[i]);
      }
    }),
  );
});
