import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planActivity } from './activity.ts';

const HOUR = 60 * 60_000;
const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1, 8);

test('plans ordered status changes and conversations within the segment, the same for the same key', () => {
  const anySkill = fc.constantFrom('voice' as const, 'digital' as const);
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: HOUR, max: 9 * HOUR }), anySkill, (seed, durationMs, skill) => {
      const segment = { segmentIndex: 0, start: START, end: START + durationMs, lunch: null };
      const plan = { segment, skill, duties: [], key: [seed] };
      const { statusChanges, conversations } = planActivity(plan);
      expect(planActivity(plan)).toEqual({ statusChanges, conversations });
      const instants = statusChanges.map(({ at }) => at);
      expect(instants.every((at, nth) => at > (instants[nth - 1] ?? 0))).toBe(true);
      expect(statusChanges.length).toBeGreaterThan(0);
      expect(instants.every((at) => at > segment.start && at < segment.end)).toBe(true);
      for (const { start, end } of conversations) {
        expect(start >= segment.start && start < end && end <= segment.end).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('keeps duties and lunch exactly, whatever chance brings before them', () => {
  const anyOffset = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(fc.nat(), anyOffset, anyOffset, anyOffset, (seed, a, b, c) => {
      const dutyFrom = START + a * MINUTE;
      const dutyTo = dutyFrom + b * MINUTE;
      const lunch = { from: dutyTo + c * MINUTE, to: dutyTo + c * MINUTE + 30 * MINUTE };
      const { statusChanges, conversations } = planActivity({
        segment: { segmentIndex: 0, start: START, end: START + 8 * HOUR, lunch },
        skill: 'voice',
        duties: [{ kind: 'call', start: dutyFrom, end: dutyTo }],
        key: [seed],
      });
      const statusesIn = (from: number, to: number) => statusChanges.filter(({ at }) => from <= at && at < to);
      expect(statusesIn(dutyFrom, dutyTo)).toMatchObject([{ at: dutyFrom, status: 'busy' }]);
      expect(conversations).toContainEqual(expect.objectContaining({ medium: 'Phone', start: dutyFrom, end: dutyTo }));
      expect(statusesIn(lunch.from, lunch.to)).toMatchObject([{ at: lunch.from, status: 'away', reason: 'Lunch' }]);
    }),
    { numRuns: 30 },
  );
});
