import { describe, expect, test } from '@jest/globals';
import { createRetryAfterGate } from './retry-after-gate.ts';
import { manualClock } from '../../test/support/clock.ts';

function createTestGate(clock = manualClock()) {
  const shut: number[] = [];
  return { clock, shut, gate: createRetryAfterGate(clock, (ms) => shut.push(ms)) };
}

test('stays shut for exactly as long as the vendor said', () => {
  const { clock, gate, shut } = createTestGate();
  expect(gate.remainingMs()).toBe(0);
  gate.close(30);
  expect(gate.remainingMs()).toBe(30_000);
  clock.advance(29_999);
  expect(gate.remainingMs()).toBe(1);
  clock.advance(1);
  expect(gate.remainingMs()).toBe(0);
  expect(shut).toEqual([30_000]);
});

test('no word is taken for longer than 15 minutes', () => {
  const { gate } = createTestGate();
  gate.close(86_400);
  expect(gate.remainingMs()).toBe(900_000);
});

test('the longest of several words counts', () => {
  const { clock, gate, shut } = createTestGate();
  gate.close(30);
  gate.close(5);
  clock.advance(10_000);
  gate.close(10);
  gate.close(20);
  expect(gate.remainingMs()).toBe(20_000);
  gate.close(60);
  expect(gate.remainingMs()).toBe(60_000);
  expect(shut).toEqual([30_000, 60_000]);
});

test('the wall clock set back does not keep it shut', () => {
  const { clock, gate } = createTestGate();
  gate.close(10);
  clock.setWallClock(0);
  clock.advance(10_000);
  expect(gate.remainingMs()).toBe(0);
});

describe.each([null, 0])('without a hint (%j)', (hint) => {
  test('it is shut for a second, and twice as long each time up to a minute', () => {
    const { clock, gate, shut } = createTestGate();
    for (let i = 0; i < 8; i += 1) {
      gate.close(hint);
      clock.advance(gate.remainingMs());
    }
    expect(shut).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('refusals of calls that were under way together count once', () => {
    const { clock, gate, shut } = createTestGate();
    for (let i = 0; i < 8; i += 1) gate.close(hint);
    expect(shut).toEqual([1000]);
    clock.advance(1000);
    gate.close(hint);
    expect(shut).toEqual([1000, 2000]);
  });

  test('a call that was taken makes it begin anew', () => {
    const { clock, gate, shut } = createTestGate();
    gate.close(hint);
    clock.advance(1000);
    gate.reset();
    gate.close(hint);
    expect(shut).toEqual([1000, 1000]);
  });
});
