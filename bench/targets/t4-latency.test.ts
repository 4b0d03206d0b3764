import { expect, test } from '@jest/globals';
import { GATEWAY } from '../throughput/gateway.ts';
import type { Measured } from '../throughput/side-by-side.ts';
import { toLatencyRow, toLatencyVerdicts } from './t4-latency.ts';

function round(requests: number, p50Ms: number): Measured {
  const usage = { cpuMs: 1, vendorCalls: 1, rssMb: 100, stubCpu: 0.1 };
  return { requestsPerSecond: requests, requests, p50Ms, p99Ms: p50Ms, failures: 0, slowestCallMs: 10, ...usage };
}

function verdictOf(...rounds: readonly Measured[]) {
  return toLatencyVerdicts([toLatencyRow('W1c', 1, GATEWAY, rounds)])[0];
}

test('what a query adds is the median over the slowest call, met at the limit', () => {
  expect(verdictOf(round(10, 11), round(10, 10.5), round(10, 20))).toMatchObject({ measured: '1 ms', met: true });
  expect(verdictOf(round(10, 11.01))).toMatchObject({ measured: '1.01 ms', met: false });
});

test('rounds without an answer do not count', () => {
  expect(verdictOf(round(0, 0), round(10, 12))).toMatchObject({ measured: '2 ms', met: false });
});

test('a target is missed while nothing is answered', () => {
  expect(verdictOf(round(0, 0))).toMatchObject({ measured: 'nothing was answered', met: false });
});
