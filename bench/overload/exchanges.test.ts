import { expect, test } from '@jest/globals';
import { type Exchange, percentile, summarize } from './exchanges.ts';

function answered(ms: number): Exchange {
  return { outcome: 'answered', ms, retryAfterSeconds: null, isLate: false };
}

function refused(ms: number, retryAfterSeconds: number | null): Exchange {
  return { outcome: 'refused', ms, retryAfterSeconds, isLate: false };
}

test('goodput counts answers only', () => {
  const summary = summarize([answered(10), answered(30), refused(2, 1), refused(4, null)], 2);
  expect(summary).toMatchObject({ goodput: 1, answered: 2, refused: 2, failed: 0 });
});

test('answers after the end are counted apart', () => {
  const summary = summarize([answered(10), { ...answered(500), isLate: true }], 1);
  expect(summary).toMatchObject({ goodput: 1, answered: 1, late: 1, p99Ms: 10 });
});

test('latencies of answers and of refusals are apart', () => {
  const summary = summarize([answered(30), answered(10), refused(2, 1), refused(4, 1)], 1);
  expect(summary).toMatchObject({ meanMs: 20, p50Ms: 10, p99Ms: 30, refusalP99Ms: 4 });
});

test('counts refusals without Retry-After', () => {
  expect(summarize([refused(1, 1), refused(1, null)], 1).refusalsWithoutRetryAfter).toBe(1);
});

test('without exchanges every figure is 0', () => {
  expect(Object.values(summarize([], 1)).every((value) => value === 0)).toBe(true);
});

test('a percentile is one of the numbers', () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(numbers, 0.99)).toBe(99);
  expect(percentile([5], 0.5)).toBe(5);
});
