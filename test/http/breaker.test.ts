import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Breaker, createBreaker, type Health } from '../../src/http/breaker.ts';
import type { CircuitState } from '../../src/observability/labels.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';

/** Half of the jitter: open times are then what they are called. */
const MIDDLE = () => 0.5;

function breakerOn(clock: ManualClock = manualClock(), random = MIDDLE) {
  const states: CircuitState[] = [];
  return { clock, states, breaker: createBreaker(clock, random, (state) => states.push(state)) };
}

function call(breaker: Breaker, health: Health): boolean {
  const permit = breaker.enter();
  permit?.(health);
  return permit !== null;
}

function opened(random = MIDDLE) {
  const parts = breakerOn(manualClock(), random);
  for (let i = 0; i < 5; i += 1) call(parts.breaker, 'ill');
  return parts;
}

describe('closed, it opens', () => {
  test('on the fifth failure in a row', () => {
    const { breaker, states } = breakerOn();
    for (let i = 0; i < 4; i += 1) call(breaker, 'ill');
    expect(states).toEqual([]);
    call(breaker, 'ill');
    expect(states).toEqual(['open']);
    expect(breaker.enter()).toBeNull();
    expect(breaker.wait()).toBe(10_000);
  });

  test('not as long as one of five is well', () => {
    const { breaker, states } = breakerOn();
    for (let i = 0; i < 100; i += 1) call(breaker, i % 5 === 4 || i % 5 === 2 || i % 5 === 0 ? 'well' : 'ill');
    expect(states).toEqual([]);
  });

  test('when half of ten calls failed, though never many in a row', () => {
    const { breaker, states } = breakerOn();
    for (let i = 0; i < 9; i += 1) call(breaker, i % 2 === 0 ? 'well' : 'ill');
    expect(states).toEqual([]);
    call(breaker, 'ill');
    expect(states).toEqual(['open']);
  });

  test('not for failures that are a minute apart from the others', () => {
    const { clock, breaker, states } = breakerOn();
    for (let i = 0; i < 50; i += 1) {
      call(breaker, 'well');
      call(breaker, 'ill');
      clock.advance(16_000);
    }
    expect(states).toEqual([]);
  });

  test('not for calls that say nothing', () => {
    const { breaker, states } = breakerOn();
    for (let i = 0; i < 4; i += 1) call(breaker, 'ill');
    for (let i = 0; i < 100; i += 1) call(breaker, 'neither');
    expect(states).toEqual([]);
    call(breaker, 'ill');
    expect(states).toEqual(['open']);
  });

  test('not for one call that fails again and again', () => {
    const { breaker, states } = breakerOn();
    const permit = breaker.enter();
    for (let i = 0; i < 100; i += 1) permit?.('ill');
    expect(states).toEqual([]);
  });
});

describe('open', () => {
  test('it lets nobody through for ten seconds, then exactly one, however many come', () => {
    const { clock, breaker, states } = opened();
    clock.advance(9999);
    expect(breaker.enter()).toBeNull();
    clock.advance(1);
    const permits = Array.from({ length: 100 }, () => breaker.enter());
    expect(permits.filter((permit) => permit !== null)).toHaveLength(1);
    expect(states).toEqual(['open', 'half_open']);
  });

  test('the probe’s success closes it, and the past is forgotten', () => {
    const { clock, breaker, states } = opened();
    clock.advance(10_000);
    expect(call(breaker, 'well')).toBe(true);
    expect(states).toEqual(['open', 'half_open', 'closed']);
    for (let i = 0; i < 4; i += 1) call(breaker, 'ill');
    expect(states).toHaveLength(3);
  });

  test('once closed, calls from before count in no share', () => {
    const { clock, breaker, states } = opened();
    clock.advance(10_000);
    call(breaker, 'well');
    for (let i = 0; i < 10; i += 1) call(breaker, i % 2 === 0 || i === 9 ? 'well' : 'ill');
    expect(states.at(-1)).toBe('closed');
    call(breaker, 'ill');
    expect(states.at(-1)).toBe('closed');
    call(breaker, 'ill');
    expect(states.at(-1)).toBe('open');
  });

  test('the probe’s failure opens it again, for twice as long up to a minute', () => {
    const { clock, breaker } = opened();
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      waits.push(breaker.wait());
      clock.advance(breaker.wait());
      call(breaker, 'ill');
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('once closed, the next time is ten seconds again', () => {
    const { clock, breaker } = opened();
    clock.advance(10_000);
    call(breaker, 'ill');
    clock.advance(20_000);
    call(breaker, 'well');
    for (let i = 0; i < 5; i += 1) call(breaker, 'ill');
    expect(breaker.wait()).toBe(10_000);
  });

  test('a probe that came to nothing makes room for another', () => {
    const { clock, breaker, states } = opened();
    clock.advance(10_000);
    call(breaker, 'neither');
    expect(call(breaker, 'well')).toBe(true);
    expect(states.at(-1)).toBe('closed');
  });

  test('calls from before say nothing to it, nor the same call twice', () => {
    const { clock, breaker, states } = breakerOn();
    const late = Array.from({ length: 10 }, () => breaker.enter());
    for (let i = 0; i < 5; i += 1) call(breaker, 'ill');
    for (const permit of late) permit?.('well');
    expect(states).toEqual(['open']);
    clock.advance(10_000);
    const probe = breaker.enter();
    for (const permit of late) permit?.('ill');
    probe?.('well');
    probe?.('ill');
    expect(states).toEqual(['open', 'half_open', 'closed']);
  });

  test('what broke together is not tried again together', () => {
    const waits = [0, 0.25, 0.5, 0.75, 0.999].map((jitter) => Math.round(opened(() => jitter).breaker.wait()));
    expect(waits).toEqual([8000, 9000, 10_000, 11_000, 11_996]);
  });
});

test('whatever happens: never more than one call through while it is half open, and none while it is open', () => {
  const act = fc.oneof(
    fc.constantFrom('enter' as const, 'well' as const, 'ill' as const, 'neither' as const),
    fc.integer({ min: 1, max: 30_000 }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const { clock, breaker, states } = breakerOn();
      const under: { readonly permit: NonNullable<ReturnType<Breaker['enter']>>; readonly era: number }[] = [];
      for (const one of acts) {
        if (typeof one === 'number') clock.advance(one);
        else if (one !== 'enter') under.shift()?.permit(one);
        else {
          const permit = breaker.enter();
          if (permit) under.push({ permit, era: states.length });
          if (permit) expect(states.at(-1)).not.toBe('open');
        }
        if (states.at(-1) === 'half_open') {
          expect(under.filter(({ era }) => era === states.length).length).toBeLessThanOrEqual(1);
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
