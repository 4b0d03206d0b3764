import { describe, expect, test } from '@jest/globals';
import { bestTailcall, toRatioVerdict, toRows } from './figures.ts';
import { APOLLO, TAILCALL } from './peers.ts';
import type { Measured } from './side-by-side.ts';

function round(requestsPerSecond: number, cpuMs: number, failures = 0): Measured {
  const latencies = { p50Ms: 1, p99Ms: 2, slowestCallMs: 0 };
  const usage = { vendorCalls: 0, rssMb: 100, stubCpu: 0.1 };
  return { requestsPerSecond, requests: requestsPerSecond, cpuMs, failures, ...latencies, ...usage };
}

const measured = new Map([
  ['gateway', [round(300, 1), round(100, 3), round(200, 2)]],
  [APOLLO, [round(50, 8), round(100, 4), round(150, 6)]],
  [`${TAILCALL}, one`, [round(10, 1)]],
  [`${TAILCALL}, two`, [round(20, 1)]],
]);

describe('a ratio', () => {
  const target = { target: '≥ 2 ×', server: 'gateway', peer: APOLLO, min: 2 };

  test('is that of the medians, and met at the minimum', () => {
    expect(toRatioVerdict(measured, target)).toEqual({
      target: '≥ 2 ×',
      measured: '2 × (by processor time 3 ×)',
      met: true,
    });
  });

  test('is missed below the minimum', () => {
    expect(toRatioVerdict(measured, { ...target, min: 2.01 }).met).toBe(false);
  });

  test.each([null, 'another'])('to a peer that was not measured (%s) is neither met nor missed', (peer) => {
    expect(toRatioVerdict(measured, { ...target, peer })).toEqual({
      target: '≥ 2 ×',
      measured: 'not measured',
      met: null,
    });
  });
});

test('the best Tailcall is the one with the highest rate', () => {
  expect(bestTailcall(measured)).toBe(`${TAILCALL}, two`);
  expect(bestTailcall(new Map())).toBeNull();
});

test('rows have medians, the lowest and highest rate, and the sum of failures', () => {
  const [row] = toRows('W1a', 50, new Map([['gateway', [round(300, 1, 1), round(100, 3, 2), round(200, 2)]]]));
  expect(row).toMatchObject({ 'requests/s': 200, 'min–max': '100–300', 'CPU ms': 2, failures: 3 });
});
