import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { period } from '../../test/support/gather-harness.ts';
import { divideRange } from './report-interval.ts';
import type { StatusPeriod } from './status-period.ts';
import { type StatusTotal, statusTotals, timeInStatus } from './time-in-status.ts';
import { DAY, HOUR, type TimeRange } from './time.ts';

const NOW = 1_000_000;
const STATUSES = ['AVAILABLE', 'BUSY', 'AWAY'] as const;

function periodFrom(start: number, end: number | null, fields: Partial<StatusPeriod> = {}) {
  return period('a', start, { end, ...fields });
}

function secondsOf(totals: readonly StatusTotal[], status: string) {
  return totals.filter((total) => total.status === status).reduce((sum, { seconds }) => sum + seconds, 0);
}

describe('statusTotals', () => {
  const intervals = [100_000, 110_000, 120_000, 130_000].map((from) => ({ from, to: from + 10_000 }));
  const totalsOf = (periods: readonly StatusPeriod[], now = NOW, incomplete: readonly TimeRange[] = []) =>
    statusTotals('a', periods, intervals, incomplete, now);
  const summarizeTotals = (...args: Parameters<typeof totalsOf>) =>
    totalsOf(...args).map(({ from, status, seconds, periods }) => [from / 1000, status, seconds, periods]);

  test('adds up each interval, and has no total of a status without a second', () => {
    const away = periodFrom(108_000, 122_000, { status: 'AWAY' });
    expect(summarizeTotals([periodFrom(90_000, 108_000), away, periodFrom(125_000, 125_000)])).toEqual([
      [100, 'AVAILABLE', 8, 1],
      [100, 'AWAY', 2, 1],
      [110, 'AWAY', 10, 1],
      [120, 'AWAY', 2, 1],
    ]);
  });

  test('names the account and the interval', () => {
    expect(totalsOf([periodFrom(125_000, 126_000, { status: 'BUSY' })])).toEqual([
      { account: 'a', status: 'BUSY', seconds: 1, periods: 1, from: 120_000, to: 130_000, complete: true },
    ]);
  });

  test('counts an ongoing period up to now', () => {
    const ongoing = periodFrom(115_000, null, { isOngoing: true });
    expect(summarizeTotals([ongoing], 127_000)).toEqual([
      [110, 'AVAILABLE', 5, 1],
      [120, 'AVAILABLE', 7, 1],
    ]);
  });

  test('counts a period with unknown end in the interval of its start only', () => {
    const periods = [periodFrom(112_000, null, { isOngoing: null }), periodFrom(105_000, 130_000)];
    expect(summarizeTotals(periods)).toEqual([
      [100, 'AVAILABLE', 5, 1],
      [110, 'AVAILABLE', 10, 2],
      [120, 'AVAILABLE', 10, 1],
    ]);
  });

  test('marks the intervals that an incomplete range touches', () => {
    const incomplete = [
      { from: 0, to: 100_000 },
      { from: 119_999, to: 120_000 },
      { from: 130_000, to: 200_000 },
    ];
    const completeness = totalsOf([periodFrom(0, 999_000)], NOW, incomplete).map(({ complete }) => complete);
    expect(completeness).toEqual([true, false, true, false]);
  });

  test('marks the intervals that a period of unknown end may reach, up to the next period', () => {
    const unknown = periodFrom(112_000, null, { isOngoing: null });
    const completeness = (...periods: readonly StatusPeriod[]) =>
      totalsOf([periodFrom(0, 999_000), ...periods]).map(({ complete }) => complete);
    expect(completeness(unknown)).toEqual([true, false, false, false]);
    expect(completeness(unknown, periodFrom(121_000, 121_500))).toEqual([true, false, false, true]);
    expect(completeness(periodFrom(112_000, null, { isOngoing: true }))).toEqual([true, true, true, true]);
  });

  test('carries what is rounded off to the next interval', () => {
    expect(summarizeTotals([periodFrom(109_600, 110_600), periodFrom(119_600, 120_400)])).toEqual([
      [110, 'AVAILABLE', 1, 2],
      [120, 'AVAILABLE', 1, 1],
    ]);
  });

  test('has no totals without intervals or periods', () => {
    expect(statusTotals('a', [periodFrom(0, 10)], [], [], NOW)).toEqual([]);
    expect(totalsOf([])).toEqual([]);
  });
});

/** Around the clock changes of many zones, in milliseconds as LivePerson has them. */
const FIRST_START = Date.UTC(2026, 9, 20);
const longPeriods = fc.array(
  fc.record({
    start: fc.integer({ min: FIRST_START - DAY, max: FIRST_START + 18 * DAY }),
    length: fc.option(fc.integer({ min: 0, max: 3 * HOUR })),
    status: fc.constantFrom(...STATUSES),
    isOngoing: fc.constantFrom(true, null),
  }),
  { maxLength: 60 },
);

test('the totals of all intervals add up to the time in status, in any zone, across clock changes', () => {
  fc.assert(
    fc.property(
      longPeriods,
      fc.tuple(
        fc.integer({ min: 0, max: 9 * DAY }),
        fc.integer({ min: 1, max: 9 * DAY }),
        fc.integer({ min: 0, max: 20 * DAY }),
      ),
      fc.constantFrom('QUARTER_HOUR', 'HALF_HOUR', 'HOUR', 'DAY', null),
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      (sketches, [offset, length, elapsed], interval, timeZone) => {
        const periods = sketches.map(({ start, length: duration, ...fields }) =>
          periodFrom(start, duration === null ? null : start + duration, fields),
        );
        const within = { from: FIRST_START + offset, to: FIRST_START + offset + length };
        const now = FIRST_START + elapsed;
        const whole = timeInStatus('a', periods, within, now);
        const intervals = divideRange(within, interval, timeZone);
        const totals = statusTotals('a', periods, intervals, [], now);
        for (const status of STATUSES) expect(secondsOf(totals, status)).toBe(secondsOf(whole, status));
        expect(totals.filter(({ seconds }) => seconds <= 0)).toEqual([]);
        for (const part of intervals.slice(0, 20)) {
          const inside = totals.filter(({ from }) => from === part.from);
          for (const status of STATUSES) {
            const alone = secondsOf(timeInStatus('a', periods, part, now), status);
            expect(Math.abs(secondsOf(inside, status) - alone)).toBeLessThanOrEqual(1);
          }
        }
        if (interval === null)
          expect(totals.map((total) => ({ ...total, complete: true }))).toEqual(
            whole.filter(({ seconds }) => seconds > 0),
          );
      },
    ),
  );
});
