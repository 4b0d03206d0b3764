import { describe, expect, test } from '@jest/globals';
import { createRateGate } from '../../src/http/rate-gate.ts';
import { manualClock } from '../support/clock.ts';

function gateOn(clock = manualClock()) {
  const shut: number[] = [];
  return { clock, shut, gate: createRateGate(clock, (ms) => shut.push(ms)) };
}

test('stays shut for exactly as long as the vendor said', () => {
  const { clock, gate, shut } = gateOn();
  expect(gate.wait()).toBe(0);
  gate.shut(30);
  expect(gate.wait()).toBe(30_000);
  clock.advance(29_999);
  expect(gate.wait()).toBe(1);
  clock.advance(1);
  expect(gate.wait()).toBe(0);
  expect(shut).toEqual([30_000]);
});

test('no word is taken for longer than 15 minutes', () => {
  const { gate } = gateOn();
  gate.shut(86_400);
  expect(gate.wait()).toBe(900_000);
});

test('the longest of several words counts', () => {
  const { clock, gate, shut } = gateOn();
  gate.shut(30);
  gate.shut(5);
  clock.advance(10_000);
  gate.shut(10);
  gate.shut(20);
  expect(gate.wait()).toBe(20_000);
  gate.shut(60);
  expect(gate.wait()).toBe(60_000);
  expect(shut).toEqual([30_000, 60_000]);
});

test('the wall clock set back does not keep it shut', () => {
  const { clock, gate } = gateOn();
  gate.shut(10);
  clock.setWallClock(0);
  clock.advance(10_000);
  expect(gate.wait()).toBe(0);
});

describe.each([null, 0])('without a hint (%j)', (hint) => {
  test('it is shut for a second, and twice as long each time up to a minute', () => {
    const { clock, gate, shut } = gateOn();
    for (let i = 0; i < 8; i += 1) {
      gate.shut(hint);
      clock.advance(gate.wait());
    }
    expect(shut).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('refusals of calls that were under way together count once', () => {
    const { clock, gate, shut } = gateOn();
    for (let i = 0; i < 8; i += 1) gate.shut(hint);
    expect(shut).toEqual([1000]);
    clock.advance(1000);
    gate.shut(hint);
    expect(shut).toEqual([1000, 2000]);
  });

  test('a call that was taken makes it begin anew', () => {
    const { clock, gate, shut } = gateOn();
    gate.shut(hint);
    clock.advance(1000);
    gate.passed();
    gate.shut(hint);
    expect(shut).toEqual([1000, 1000]);
  });
});
