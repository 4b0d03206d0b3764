import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { isTimeZone, offsetSeconds, startOfDay } from './time-zone.ts';
import { DAY, HOUR, SECOND, startOfUtcDay, utcDay } from './time.ts';

/** Whole-hour and fractional offsets, east and west, both hemispheres, clock changes at midnight and no changes. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Havana',
  'America/Sao_Paulo',
  'America/Santiago',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
];

const ZONES_THAT_SKIPPED_A_DAY: ReadonlySet<string> = new Set(['Pacific/Apia', 'Pacific/Kiritimati']);

const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(1972, 0, 1), max: Date.UTC(2037, 11, 31) });
const day = instant.map(utcDay);

/** Returns the local time of a zone as if it were UTC, by Intl, an implementation independent of Temporal. */
function createIntlClock(timeZone: string): (at: number) => number {
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23', year: 'numeric' },
    ...{ month: two, day: two, hour: two, minute: two, second: two },
  });
  return (at) => {
    const parts = format.formatToParts(Math.floor(at / SECOND) * SECOND).map(({ type, value }) => [type, value]);
    const local = Object.fromEntries(parts) as Record<string, string>;
    return Date.parse(`${local.year}-${local.month}-${local.day}T${local.hour}:${local.minute}:${local.second}Z`);
  };
}

const intlClocks = new Map(ZONES.map((timeZone) => [timeZone, createIntlClock(timeZone)]));

/** Returns the calendar day in a zone, by Intl. */
function intlDay(timeZone: string, at: number): string {
  return utcDay(intlClocks.get(timeZone)?.(at) ?? NaN);
}

describe('isTimeZone', () => {
  test('accepts every zone of the runtime, in any case', () => {
    const names = [...Intl.supportedValuesOf('timeZone'), ...ZONES, 'Etc/GMT+5', 'EST5EDT', 'Asia/Calcutta'];
    for (const name of names) {
      expect([name, isTimeZone(name)]).toEqual([name, true]);
      expect([name, isTimeZone(name.toLowerCase())]).toEqual([name, true]);
    }
  });

  test.each([
    ['', 'empty'],
    ['Mars/Olympus', 'an unknown zone'],
    ['Europe/Berlin ', 'a trailing space'],
    ['Europe', 'an incomplete name'],
    ['+05:30', 'an offset east'],
    ['-0800', 'an offset west'],
    ['2026-11-20T09:30Z', 'a time with Z'],
    ['2026-11-20T09:30[Europe/Berlin]', 'a time with a zone'],
    ['IST', 'an abbreviation of several zones'],
  ])('rejects %j (%s)', (text) => {
    expect(isTimeZone(text)).toBe(false);
  });

  test('rejects very long texts', () => {
    for (const text of ['x', '/', 'Europe/', '[']) expect(isTimeZone(text.repeat(100_000))).toBe(false);
  });
});

describe('offsetSeconds', () => {
  test.each([
    ['Asia/Kolkata', '2020-01-25', 19_800],
    ['Asia/Kathmandu', '2024-05-01', 20_700],
    ['America/Los_Angeles', '2020-04-10', -25_200],
    ['America/Los_Angeles', '2020-01-10', -28_800],
    ['Europe/Berlin', '2024-07-01', 7_200],
    ['Pacific/Kiritimati', '2024-07-01', 50_400],
    ['UTC', '2024-07-01', 0],
  ])('returns the offset of %s on %s: %i, east positive', (timeZone, on, seconds) => {
    expect(offsetSeconds(timeZone, startOfUtcDay(on))).toBe(seconds);
  });

  test('never returns negative zero for UTC', () => {
    expect(offsetSeconds('UTC', -1)).toBe(0);
    expect(offsetSeconds('Etc/GMT', 0.5)).toBe(0);
  });

  test('supports years of three digits', () => {
    expect(offsetSeconds('UTC', Date.parse('0999-06-01T00:00:00Z'))).toBe(0);
    // Also where the local time is still before the year 1.
    expect(offsetSeconds('Etc/GMT+11', Date.parse('0001-01-01T03:00:00Z'))).toBe(-39_600);
  });

  test('changes at the exact instant of a clock change', () => {
    const spring = Date.parse('2024-03-31T01:00:00Z');
    expect(offsetSeconds('Europe/Berlin', spring - 1)).toBe(3_600);
    expect(offsetSeconds('Europe/Berlin', spring)).toBe(7_200);
  });

  test('agrees with Intl for any zone and instant', () => {
    fc.assert(
      fc.property(zone, instant, (timeZone, at) => {
        const whole = Math.floor(at / SECOND) * SECOND;
        expect(offsetSeconds(timeZone, at)).toBe(((intlClocks.get(timeZone)?.(at) ?? NaN) - whole) / SECOND);
      }),
    );
  });

  test('creates no Intl.DateTimeFormat', () => {
    const dateTimeFormat = jest.spyOn(Intl, 'DateTimeFormat');
    for (const timeZone of ZONES) offsetSeconds(timeZone, startOfDay('2026-11-20', timeZone));
    const calls = dateTimeFormat.mock.calls.length;
    dateTimeFormat.mockRestore();
    expect(calls).toBe(0);
  });

  test('throws a RangeError for an unknown zone', () => {
    // Compared by name: Jest's RangeError is another class than the runtime's.
    expect(() => offsetSeconds('Mars/Olympus', 0)).toThrow(expect.objectContaining({ name: 'RangeError' }));
  });
});

describe('startOfDay', () => {
  test.each([
    ['Asia/Kolkata', '2020-01-25', '2020-01-24T18:30:00.000Z', 'ahead of UTC, on the day before'],
    ['America/Los_Angeles', '2020-04-10', '2020-04-10T07:00:00.000Z', 'behind UTC, on the same day'],
    [
      'America/Los_Angeles',
      '2020-03-08',
      '2020-03-08T08:00:00.000Z',
      'on a day of clock change, by the earlier offset',
    ],
    ['America/Los_Angeles', '2020-03-09', '2020-03-09T07:00:00.000Z', 'on the day after it, by the later offset'],
    ['Europe/Berlin', '2024-04-01', '2024-03-31T22:00:00.000Z', 'the day after a clock change east of Greenwich'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', 'midnight skipped: one o’clock'],
    ['America/Havana', '2023-11-05', '2023-11-05T04:00:00.000Z', 'midnight twice: the first'],
    ['America/Toronto', '1919-03-31', '1919-03-31T04:30:00.000Z', 'midnight skipped, from half an hour before'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', 'the day skipped: the next one'],
  ])('returns the start of the day in %s on %s: %s (%s)', (timeZone, on, expected) => {
    expect(new Date(startOfDay(on, timeZone)).toISOString()).toBe(expected);
  });

  test('returns the instant at which the calendar day changes', () => {
    fc.assert(
      fc.property(zone, day, (timeZone, on) => {
        const start = startOfDay(on, timeZone);
        expect(intlDay(timeZone, start) >= on).toBe(true);
        expect(intlDay(timeZone, start - 1000) < on).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('precedes the next start by about a day', () => {
    fc.assert(
      fc.property(zone, day, (timeZone, on) => {
        const next = utcDay(startOfUtcDay(on) + DAY);
        const length = startOfDay(next, timeZone) - startOfDay(on, timeZone);
        // Newfoundland once changed by two hours; islands that crossed the date line skipped a day.
        if (!ZONES_THAT_SKIPPED_A_DAY.has(timeZone)) expect(Math.abs(length - DAY)).toBeLessThanOrEqual(2 * HOUR);
        expect(length).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
