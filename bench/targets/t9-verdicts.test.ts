import { expect, test } from '@jest/globals';
import { GATEWAY } from '../throughput/gateway.ts';
import { type LoadPoint, overloadVerdicts } from './t9-verdicts.ts';

const good: LoadPoint = {
  workload: 'W1b2',
  server: GATEWAY,
  connections: 1,
  waitsAfterRefusal: true,
  goodput: 100,
  answered: 500,
  late: 0,
  refused: 0,
  failed: 0,
  meanMs: 10,
  p50Ms: 10,
  p99Ms: 15,
  refusalP99Ms: 0,
  refusalsWithoutRetryAfter: 0,
  cpuMs: 10,
  healthMs: 20,
};
const normal: LoadPoint = { ...good, connections: 50, meanMs: 500, p99Ms: 700 };
/** 20 admitted at a time: 90 answers in a second, 222 ms each. */
const overloaded: LoadPoint = {
  ...good,
  connections: 200,
  goodput: 90,
  meanMs: 222.3,
  p99Ms: 400,
  refused: 1000,
  refusalP99Ms: 50,
  healthMs: 100,
};
const impatient: LoadPoint = { ...overloaded, waitsAfterRefusal: false, goodput: 81 };

function verdictsOf(points: readonly LoadPoint[]) {
  return overloadVerdicts('W1b2', points).map(({ met }) => met);
}

test('all criteria are met at their limits', () => {
  expect(verdictsOf([good, normal, overloaded, impatient])).toEqual([true, true, true, true, true, true, true]);
});

const missed: readonly (readonly [string, number, readonly LoadPoint[]])[] = [
  ['goodput at 50 connections', 0, [good, { ...normal, goodput: 89 }, overloaded, impatient]],
  ['goodput at 200 connections', 1, [good, normal, { ...overloaded, goodput: 89, meanMs: 230 }, impatient]],
  ['a refusal at 50 connections', 2, [good, { ...normal, refused: 1 }, overloaded, impatient]],
  ['a failure at 50 connections', 2, [good, { ...normal, failed: 1 }, overloaded, impatient]],
  ['slow answers at 200 connections', 3, [good, normal, { ...overloaded, p99Ms: 401 }, impatient]],
  ['slow refusals', 4, [good, normal, { ...overloaded, refusalP99Ms: 51 }, impatient]],
  ['refusals without Retry-After', 4, [good, normal, overloaded, { ...impatient, refusalsWithoutRetryAfter: 1 }]],
  ['clients that return at once', 5, [good, normal, overloaded, { ...impatient, goodput: 80 }]],
  ['slow health checks', 6, [good, normal, overloaded, { ...impatient, healthMs: 101 }]],
];

test.each(missed)('%s misses its criterion only', (_name, index, points) => {
  expect(verdictsOf(points)).toEqual(Array.from({ length: 7 }, (_, nth) => nth !== index));
});

test('figures of other servers and workloads do not count', () => {
  const others = [
    { ...overloaded, server: 'another', goodput: 1000 },
    { ...overloaded, workload: 'W2b1', goodput: 1000 },
  ];
  expect(verdictsOf([good, normal, overloaded, impatient, ...others])).not.toContain(false);
});

test('an overload in which nothing is answered misses its criteria', () => {
  const silent = { goodput: 0, answered: 0, meanMs: 0, p99Ms: 0, refused: 0, refusalP99Ms: 0 };
  const points = [good, normal, { ...overloaded, ...silent }, { ...impatient, ...silent }];
  expect(verdictsOf(points)).toEqual([true, false, true, false, true, false, true]);
});

test('a missing measurement is neither met nor missed', () => {
  expect(verdictsOf([good, normal])).toEqual([null]);
});
