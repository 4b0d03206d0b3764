import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createRetryAfterGate } from './retry-after-gate.ts';

function createTestGate(clock = manualClock()) {
  const closings: number[] = [];
  return { clock, closings, gate: createRetryAfterGate(clock, (ms) => closings.push(ms)) };
}

test('stays closed for exactly the time that the vendor named', () => {
  const { clock, gate, closings } = createTestGate();
  expect(gate.remainingMs()).toBe(0);
  gate.close(30);
  expect(gate.remainingMs()).toBe(30_000);
  clock.advance(29_999);
  expect(gate.remainingMs()).toBe(1);
  clock.advance(1);
  expect(gate.remainingMs()).toBe(0);
  expect(closings).toEqual([30_000]);
});

test('stays closed for at most 15 minutes', () => {
  const { gate } = createTestGate();
  gate.close(86_400);
  expect(gate.remainingMs()).toBe(900_000);
});

test('keeps the longest of several times to retry after', () => {
  const { clock, gate, closings } = createTestGate();
  gate.close(30);
  gate.close(5);
  clock.advance(10_000);
  gate.close(10);
  gate.close(20);
  expect(gate.remainingMs()).toBe(20_000);
  gate.close(60);
  expect(gate.remainingMs()).toBe(60_000);
  expect(closings).toEqual([30_000, 60_000]);
});

test('opens the gate on time although the wall clock is set back', () => {
  const { clock, gate } = createTestGate();
  gate.close(10);
  clock.setWallClock(0);
  clock.advance(10_000);
  expect(gate.remainingMs()).toBe(0);
});

describe.each([null, 0])('without a usable Retry-After (%j)', (seconds) => {
  test('closes the gate for a second, doubling up to a minute', () => {
    const { clock, gate, closings } = createTestGate();
    for (let i = 0; i < 8; i += 1) {
      gate.close(seconds);
      clock.advance(gate.remainingMs());
    }
    expect(closings).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('counts simultaneous rejections once', () => {
    const { clock, gate, closings } = createTestGate();
    for (let i = 0; i < 8; i += 1) gate.close(seconds);
    expect(closings).toEqual([1000]);
    clock.advance(1000);
    gate.close(seconds);
    expect(closings).toEqual([1000, 2000]);
  });

  test('resets the fallback time after an accepted call', () => {
    const { clock, gate, closings } = createTestGate();
    gate.close(seconds);
    clock.advance(1000);
    gate.reset();
    gate.close(seconds);
    expect(closings).toEqual([1000, 1000]);
  });
});
