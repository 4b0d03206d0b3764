import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { divideRange, maxIntervals, type ReportInterval } from './report-interval.ts';
import { offsetSeconds, startOfDay } from './time-zone.ts';
import { DAY, HOUR, MINUTE, type TimeRange, utcDaysCovering } from './time.ts';

function rangeOf(from: string, to: string): TimeRange {
  return { from: Date.parse(from), to: Date.parse(to) };
}
function hoursOf(range: TimeRange, interval: ReportInterval, timeZone: string) {
  return divideRange(range, interval, timeZone).map(({ from, to }) => (to - from) / HOUR);
}
function startsOf(range: TimeRange, interval: ReportInterval, timeZone: string) {
  return divideRange(range, interval, timeZone).map(({ from }) => new Date(from).toISOString().slice(11, 16));
}

describe('divideRange', () => {
  test('leaves the range whole without an interval', () => {
    const range = rangeOf('2026-11-01T05:10:00Z', '2026-11-08T00:00:00Z');
    expect(divideRange(range, null, 'Europe/Berlin')).toEqual([range]);
  });

  test('clips the first and the last interval to the range', () => {
    const range = rangeOf('2026-11-01T05:10:00Z', '2026-11-01T06:20:00Z');
    expect(startsOf(range, 'HALF_HOUR', 'UTC')).toEqual(['05:10', '05:30', '06:00']);
    expect(startsOf(range, 'QUARTER_HOUR', 'UTC')).toEqual(['05:10', '05:15', '05:30', '05:45', '06:00', '06:15']);
    expect(startsOf(range, 'HOUR', 'UTC')).toEqual(['05:10', '06:00']);
    expect(startsOf(range, 'DAY', 'UTC')).toEqual(['05:10']);
  });

  test('aligns to a zone whose offset is no whole hour', () => {
    const range = rangeOf('2026-11-01T00:15:00Z', '2026-11-01T03:15:00Z');
    expect(startsOf(range, 'HOUR', 'Asia/Kathmandu')).toEqual(['00:15', '01:15', '02:15']);
    expect(startsOf(range, 'HALF_HOUR', 'Asia/Kathmandu')).toHaveLength(6);
  });

  test.each([
    ['the clock is set forward', 'Europe/Berlin', '2026-03-28T23:00:00Z', [23, 24]],
    ['the clock is set back', 'Europe/Berlin', '2026-10-24T22:00:00Z', [25, 24]],
    ['half an hour forward', 'Australia/Lord_Howe', '2026-10-03T13:30:00Z', [23.5, 24]],
    ['half an hour back', 'Australia/Lord_Howe', '2026-04-04T13:00:00Z', [24.5, 24]],
    ['midnight is skipped', 'Africa/Cairo', '2026-04-23T22:00:00Z', [23, 24]],
    ['midnight comes twice', 'America/Havana', '2026-11-01T04:00:00Z', [25, 24]],
    ['a day is skipped', 'Pacific/Apia', '2011-12-29T10:00:00Z', [24, 24]],
  ])('gives days their length where %s', (_, timeZone, from, expected) => {
    const start = Date.parse(from);
    const total = expected.reduce((sum, hours) => sum + hours, 0);
    expect(hoursOf({ from: start, to: start + total * HOUR }, 'DAY', timeZone)).toEqual(expected);
  });

  test('gives both hours that the clock shows twice, and none that it skips', () => {
    const back = rangeOf('2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z');
    expect(hoursOf(back, 'HOUR', 'Europe/Berlin')).toEqual([1, 1, 1, 1]);
    const forward = rangeOf('2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z');
    expect(hoursOf(forward, 'HOUR', 'Europe/Berlin')).toEqual([1, 1]);
  });

  test('makes the hour longer or shorter where the clock is set by half an hour', () => {
    const back = rangeOf('2026-04-04T13:00:00Z', '2026-04-04T16:30:00Z');
    expect(hoursOf(back, 'HOUR', 'Australia/Lord_Howe')).toEqual([1, 1.5, 1]);
    const forward = rangeOf('2026-10-03T14:30:00Z', '2026-10-03T17:00:00Z');
    expect(hoursOf(forward, 'HOUR', 'Australia/Lord_Howe')).toEqual([1, 0.5, 1]);
  });
});

const ZONES = Intl.supportedValuesOf('timeZone');
const ranges = fc
  .record({
    // Whole seconds: historical offsets have seconds.
    from: fc.integer({ min: Date.UTC(1995, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 }),
    length: fc.integer({ min: 1, max: (31 * DAY) / 1000 }),
  })
  .map(({ from, length }) => ({ from: from * 1000, to: (from + length) * 1000 }));
const STEPS = { QUARTER_HOUR: 15 * MINUTE, HALF_HOUR: 30 * MINUTE, HOUR } as const;

test('divides any range in any zone without gaps, within the bound of its number', () => {
  const intervals = fc.constantFrom('QUARTER_HOUR', 'HALF_HOUR', 'HOUR', 'DAY', null);
  fc.assert(
    fc.property(ranges, intervals, fc.constantFrom(...ZONES), (range, interval, timeZone) => {
      const parts = divideRange(range, interval, timeZone);
      expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([range.from, range.to]);
      expect(parts.every(({ from, to }) => from < to)).toBe(true);
      expect(parts.slice(1).map(({ from }) => from)).toEqual(parts.slice(0, -1).map(({ to }) => to));
      expect(parts.length).toBeLessThanOrEqual(maxIntervals(range, interval));
    }),
  );
});

test('begins an interval where the clock of any zone shows a multiple of its length, or is set', () => {
  fc.assert(
    fc.property(
      ranges,
      fc.constantFrom('QUARTER_HOUR', 'HALF_HOUR', 'HOUR'),
      fc.constantFrom(...ZONES),
      (range, interval, timeZone) => {
        const short = { from: range.from, to: Math.min(range.to, range.from + 2 * DAY) };
        const step = STEPS[interval];
        const localAt = (at: number) => at + offsetSeconds(timeZone, at) * 1000;
        const expected: number[] = [];
        for (let at = Math.ceil((short.from + 1) / MINUTE) * MINUTE; at < short.to; at += MINUTE) {
          const [shown, shownBefore] = [localAt(at), localAt(at - 1)];
          if (shown % step === 0 || Math.floor(shown / step) !== Math.floor(shownBefore / step)) expected.push(at);
        }
        const starts = divideRange(short, interval, timeZone).map(({ from }) => from);
        expect(starts.slice(1)).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('begins a day where the day of the zone begins', () => {
  fc.assert(
    fc.property(ranges, fc.constantFrom(...ZONES), (range, timeZone) => {
      const around = { from: range.from - 2 * DAY, to: range.to + 2 * DAY };
      const starts = utcDaysCovering(around).map((day) => startOfDay(day, timeZone));
      const expected = [...new Set(starts)].filter((start) => start > range.from && start < range.to);
      expect(
        divideRange(range, 'DAY', timeZone)
          .slice(1)
          .map(({ from }) => from),
      ).toEqual(expected);
    }),
  );
});

test('maxIntervals is 0 for an empty range', () => {
  expect(maxIntervals({ from: 5, to: 5 }, 'DAY')).toBe(0);
});
