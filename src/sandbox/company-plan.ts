import type { CompanyPerson } from '../vendors/sandbox.ts';
import { planActivity, type PlannedActivity } from './activity.ts';
import { createDutyRota } from './duty-rota.ts';
import { createShiftSchedule, type ShiftSchedule, type ShiftSegment } from './shift-schedule.ts';

/** What the company's people do and when, whatever the time is now. People are named by their index in the company's list. */
export interface CompanyPlan extends ShiftSchedule {
  readonly seed: number;
  readonly activityIn: (index: number, day: number, segment: ShiftSegment) => PlannedActivity;
  /** Whether a person has calls, in an account that reports conversations. */
  readonly takesPhoneCalls: (index: number) => boolean;
}

/** Enough for the current day of the whole company, which live queries ask for again and again; a plan takes some 20 kB. */
const MAX_KEPT_ACTIVITIES = 300;

export function createCompanyPlan(people: readonly CompanyPerson[], seed: number): CompanyPlan {
  const schedule = createShiftSchedule(people, seed);
  const rota = createDutyRota(people, schedule, seed);
  const takesPhoneCalls = (index: number): boolean => people[index]?.refsByVendor.vonage !== undefined;
  const kept = new Map<string, PlannedActivity>();
  return {
    ...schedule,
    seed,
    takesPhoneCalls,
    activityIn: (index, day, segment) => {
      const key = `${index} ${day} ${segment.segmentIndex}`;
      const known = kept.get(key);
      if (known) return known;
      const activity = planActivity({
        segment,
        skill: takesPhoneCalls(index) ? 'voice' : 'digital',
        duties: rota.dutiesIn(index, segment),
        key: [seed, index, day],
      });
      const oldest = kept.size < MAX_KEPT_ACTIVITIES ? undefined : kept.keys().next().value;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(key, activity);
      return activity;
    },
  };
}
