import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Company } from '../vendors/sandbox.ts';
import { createCompany } from './company.ts';
import { SITES } from './sites.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Staff {
  readonly atWork: number;
  readonly available: number;
  readonly onCall: number;
  readonly away: number;
}

/** What each person does at an instant. */
function observe(company: Company, now: number) {
  return company.people.map((person) => {
    const shift = company.shifts(person, now - 1, now).findLast(({ end }) => end === null);
    const isOnCall = company
      .conversations(person, now - 1, now)
      .some(({ medium, end }) => medium === 'Phone' && end === null);
    return { site: person.site, isAtWork: shift !== undefined, status: shift?.statusChanges.at(-1)?.status, isOnCall };
  });
}

function countStaff(observed: ReturnType<typeof observe>): Staff {
  return {
    atWork: observed.filter(({ isAtWork }) => isAtWork).length,
    available: observed.filter(({ status }) => status === 'available').length,
    onCall: observed.filter(({ isOnCall }) => isOnCall).length,
    away: observed.filter(({ status }) => status === 'away').length,
  };
}

function localHour(now: number, timeZone: string): { readonly hour: number; readonly isWeekend: boolean } {
  const { hour, dayOfWeek } = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone);
  return { hour, isWeekend: dayOfWeek > 5 };
}

/** A company whose clock can be set, so that its plans are kept. */
function createSteppedCompany() {
  const clock = { time: 0, now: () => clock.time };
  return { clock, company: createCompany(clock) };
}

describe('the company at every hour of two weeks', () => {
  const { clock, company } = createSteppedCompany();

  test.each([
    ['in which Vancouver changes its clocks in spring', '2026-03-02T00:00:00Z'],
    ['in which Dublin changes its clocks in spring', '2026-03-23T00:00:00Z'],
    ['in which both change their clocks in autumn', '2026-10-19T00:00:00Z'],
  ])('%s has people available, on calls and away, at each site in its daytime, fewer on weekends', (_title, monday) => {
    const atWork = { weekday: [] as number[], weekend: [] as number[] };
    for (let now = Date.parse(monday); now < Date.parse(monday) + 14 * DAY; now += HOUR) {
      clock.time = now;
      const observed = observe(company, now);
      const all = countStaff(observed);
      expect(Math.min(all.available, all.onCall, all.away)).toBeGreaterThan(0);
      expect(all.atWork).toBeLessThan(company.people.length / 2);
      for (const { id, timeZone } of SITES) {
        const { hour, isWeekend } = localHour(now, timeZone);
        // The hours in which at least two of the site's three shifts are there.
        if (hour < 10 || hour >= 18) continue;
        const { atWork: count, ...own } = countStaff(observed.filter(({ site }) => site === id));
        expect(Math.min(...Object.values(own))).toBeGreaterThan(0);
        atWork[isWeekend ? 'weekend' : 'weekday'].push(count);
      }
    }
    const mean = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(mean(atWork.weekday)).toBeGreaterThan(1.2 * mean(atWork.weekend));
  });
});

test('has people available, on a call and away at any time', () => {
  const { clock, company } = createSteppedCompany();
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }), (now) => {
      clock.time = now;
      const { available, onCall, away } = countStaff(observe(company, now));
      expect(Math.min(available, onCall, away)).toBeGreaterThan(0);
    }),
    { numRuns: 100 },
  );
});

test('changes a status every few seconds, with believable lengths', () => {
  const from = Date.UTC(2026, 10, 16);
  const to = from + 5 * DAY;
  const company = createCompany({ now: () => to });
  const periods = company.people.flatMap((person) =>
    company.shifts(person, from, to).flatMap(({ statusChanges, end }) =>
      statusChanges.map(({ at, status, reason }, nth) => ({
        at,
        status,
        reason,
        seconds: ((statusChanges[nth + 1]?.at ?? end ?? to) - at) / 1000,
      })),
    ),
  );
  const secondsPerChange = (to - from) / 1000 / periods.filter(({ at }) => at >= from).length;
  expect(secondsPerChange).toBeGreaterThan(4);
  expect(secondsPerChange).toBeLessThan(8);
  const median = (isWanted: (period: (typeof periods)[number]) => boolean): number => {
    const seconds = periods.filter(isWanted).map((period) => period.seconds);
    return seconds.toSorted((a, b) => a - b)[seconds.length >> 1] ?? 0;
  };
  const medians = {
    available: median(({ status }) => status === 'available'),
    afterCallWork: median(({ reason }) => reason === 'After call work'),
    busy: median(({ status }) => status === 'busy'),
    lunch: median(({ reason }) => reason === 'Lunch'),
  };
  expect(medians.available).toBeLessThan(120);
  expect(medians.afterCallWork).toBeLessThan(60);
  expect(medians.busy).toBeGreaterThan(60);
  expect(medians.lunch).toBeGreaterThan(25 * 60);
  expect(Math.max(...periods.map(({ seconds }) => seconds))).toBeLessThan(HOUR / 1000);
});
