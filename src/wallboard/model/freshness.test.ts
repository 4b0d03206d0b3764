import { describe, expect, test } from '@jest/globals';
import { freshnessOf, oldestOf, toObservation } from './freshness.ts';

const NOW = 1_000_000;

/** A status of one account that is so old, with a time to live. */
function observed(ageMs: number, ttlMs: number) {
  const fetchedAt = NOW - ageMs;
  return toObservation(fetchedAt, [{ fetchedAt, freshUntil: fetchedAt + ttlMs }]);
}

describe('a status', () => {
  test.each([
    [0, 10_000, 'fresh'],
    [15_000, 10_000, 'fresh'],
    [15_001, 10_000, 'late'],
    [20_000, 10_000, 'late'],
    [20_001, 10_000, 'stale'],
    [170_000, 120_000, 'fresh'],
    [240_001, 120_000, 'stale'],
    // Not cached: the board itself asks every five seconds.
    [7_000, 0, 'fresh'],
    [10_001, 0, 'stale'],
  ])('that is %i ms old and lives for %i ms is %s', (ageMs, ttlMs, freshness) => {
    expect(freshnessOf(observed(ageMs, ttlMs), NOW)).toBe(freshness);
  });

  test('of several accounts is as fresh as the one that is outdated first', () => {
    const long = { fetchedAt: NOW - 60_000, freshUntil: NOW + 60_000 };
    const short = { fetchedAt: NOW - 21_000, freshUntil: NOW - 11_000 };
    expect(freshnessOf(toObservation(long.fetchedAt, [long]), NOW)).toBe('fresh');
    expect(freshnessOf(toObservation(long.fetchedAt, [long, short]), NOW)).toBe('stale');
  });

  test('whose time to live is not known is trusted as briefly as any', () => {
    expect(freshnessOf(toObservation(NOW - 10_001, [{ fetchedAt: NOW - 10_001, freshUntil: null }]), NOW)).toBe(
      'stale',
    );
  });

  test('that no account observes has no age', () => {
    expect(freshnessOf(undefined, NOW)).toBe('fresh');
  });
});

test('what is shown is as old as its oldest status, and as fresh as the one that is outdated first', () => {
  const observations = new Map([
    ['a', observed(25_000, 10_000)],
    ['b', observed(60_000, 60_000)],
    ['c', observed(900_000, 10_000)],
  ]);
  expect(oldestOf(observations, ['a', 'b', 'unobserved'], NOW)).toEqual({ at: NOW - 60_000, freshness: 'stale' });
  expect(oldestOf(observations, ['b'], NOW)).toEqual({ at: NOW - 60_000, freshness: 'fresh' });
  expect(oldestOf(observations, ['unobserved'], NOW)).toBeNull();
});
