import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planActivity } from './activity.ts';

const HOUR = 60 * 60_000;
const START = Date.UTC(2024, 0, 1, 8);

test('plans ordered status changes and conversations within the segment, the same for the same key', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: HOUR, max: 9 * HOUR }), (seed, durationMs) => {
      const segment = { segmentIndex: 0, start: START, end: START + durationMs };
      const { statusChanges, conversations } = planActivity(segment, [seed]);
      expect(planActivity(segment, [seed])).toEqual({ statusChanges, conversations });
      const instants = statusChanges.map(({ at }) => at);
      expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
      expect(statusChanges.length).toBeGreaterThan(0);
      expect(instants.every((at) => at > segment.start && at < segment.end)).toBe(true);
      for (const { start, end } of conversations) {
        expect(start >= segment.start && start < end && end <= segment.end).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('plans one lunch break in a long segment', () => {
  const { statusChanges } = planActivity({ segmentIndex: 0, start: START, end: START + 8 * HOUR }, [1]);
  expect(statusChanges.filter(({ reason }) => reason === 'Lunch')).toHaveLength(1);
});
