import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY, HOUR, SECOND, startOfUtcDay, utcDay } from './time.ts';
import { isTimeZone, offsetSeconds, startOfDay } from './time-zone.ts';

/** Whole hours and fractions of them, both sides of UTC, both hemispheres, changes at midnight and none at all. */
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

/** What a zone's clocks show, as if it were UTC: by the runtime's other calendar, which has data and code of its own. */
function createIntlClock(timeZone: string): (at: number) => number {
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23', year: 'numeric' },
    ...{ month: two, day: two, hour: two, minute: two, second: two },
  });
  return (at) => {
    const parts = format.formatToParts(Math.floor(at / SECOND) * SECOND).map(({ type, value }) => [type, value]);
    const { year, month, day, hour, minute, second } = Object.fromEntries(parts) as Record<string, string>;
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  };
}

const intlClocks = new Map(ZONES.map((timeZone) => [timeZone, createIntlClock(timeZone)]));

/** The day that a zone's calendar shows. */
function intlDay(timeZone: string, at: number): string {
  return utcDay(intlClocks.get(timeZone)?.(at) ?? NaN);
}

describe('the name of a zone', () => {
  test('is any that the runtime knows, in any letters', () => {
    const names = [...Intl.supportedValuesOf('timeZone'), ...ZONES, 'Etc/GMT+5', 'EST5EDT', 'Asia/Calcutta'];
    for (const name of names) {
      expect([name, isTimeZone(name)]).toEqual([name, true]);
      expect([name, isTimeZone(name.toLowerCase())]).toEqual([name, true]);
    }
  });

  test.each([
    ['', 'nothing'],
    ['Mars/Olympus', 'none of this world'],
    ['Europe/Berlin ', 'one with a blank'],
    ['Europe', 'half of one'],
    ['+05:30', 'an offset east'],
    ['-0800', 'an offset west'],
    ['2026-11-20T09:30Z', 'a time with Z'],
    ['2026-11-20T09:30[Europe/Berlin]', 'a time with a zone'],
    ['IST', 'an abbreviation of several zones'],
  ])('is not %j (%s)', (text) => {
    expect(isTimeZone(text)).toBe(false);
  });

  test('is not a text of any length', () => {
    for (const text of ['x', '/', 'Europe/', '[']) expect(isTimeZone(text.repeat(100_000))).toBe(false);
  });
});

describe('the offset of a zone', () => {
  test.each([
    ['Asia/Kolkata', '2020-01-25', 19_800],
    ['Asia/Kathmandu', '2024-05-01', 20_700],
    ['America/Los_Angeles', '2020-04-10', -25_200],
    ['America/Los_Angeles', '2020-01-10', -28_800],
    ['Europe/Berlin', '2024-07-01', 7_200],
    ['Pacific/Kiritimati', '2024-07-01', 50_400],
    ['UTC', '2024-07-01', 0],
  ])('%s on %s is %i seconds, east positive', (timeZone, on, seconds) => {
    expect(offsetSeconds(timeZone, startOfUtcDay(on))).toBe(seconds);
  });

  test('of UTC is never negative zero', () => {
    expect(offsetSeconds('UTC', -1)).toBe(0);
    expect(offsetSeconds('Etc/GMT', 0.5)).toBe(0);
  });

  test('is known for years of three digits', () => {
    expect(offsetSeconds('UTC', Date.parse('0999-06-01T00:00:00Z'))).toBe(0);
    // Before the year 1, too, where it is the day before still.
    expect(offsetSeconds('Etc/GMT+11', Date.parse('0001-01-01T03:00:00Z'))).toBe(-39_600);
  });

  test('changes at the very instant at which the clocks do', () => {
    const spring = Date.parse('2024-03-31T01:00:00Z');
    expect(offsetSeconds('Europe/Berlin', spring - 1)).toBe(3_600);
    expect(offsetSeconds('Europe/Berlin', spring)).toBe(7_200);
  });

  test('is that of the runtime’s own calendar, whatever the zone and instant', () => {
    fc.assert(
      fc.property(zone, instant, (timeZone, at) => {
        const whole = Math.floor(at / SECOND) * SECOND;
        expect(offsetSeconds(timeZone, at)).toBe(((intlClocks.get(timeZone)?.(at) ?? NaN) - whole) / SECOND);
      }),
    );
  });

  test('is asked for without making a formatter, however often', () => {
    const make = jest.spyOn(Intl, 'DateTimeFormat');
    for (const timeZone of ZONES) offsetSeconds(timeZone, startOfDay('2026-11-20', timeZone));
    const made = make.mock.calls.length;
    make.mockRestore();
    expect(made).toBe(0);
  });

  test('of an unknown zone is a RangeError', () => {
    // By its name: the test's own RangeError is another one than the runtime's.
    expect(() => offsetSeconds('Mars/Olympus', 0)).toThrow(expect.objectContaining({ name: 'RangeError' }));
  });
});

describe('the start of a day', () => {
  test.each([
    ['Asia/Kolkata', '2020-01-25', '2020-01-24T18:30:00.000Z', 'ahead of UTC it is on the day before'],
    ['America/Los_Angeles', '2020-04-10', '2020-04-10T07:00:00.000Z', 'behind UTC it is on the same day'],
    ['America/Los_Angeles', '2020-03-08', '2020-03-08T08:00:00.000Z', 'on a day of change the earlier offset holds'],
    ['America/Los_Angeles', '2020-03-09', '2020-03-09T07:00:00.000Z', 'on the day after it the later one'],
    ['Europe/Berlin', '2024-04-01', '2024-03-31T22:00:00.000Z', 'east of Greenwich, too'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', 'the clocks skip midnight: one o’clock'],
    ['America/Havana', '2023-11-05', '2023-11-05T04:00:00.000Z', 'the clocks show midnight twice: the first'],
    ['America/Toronto', '1919-03-31', '1919-03-31T04:30:00.000Z', 'the clocks skip half of the hour before, too'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', 'the day was left out: the next one’s'],
  ])('%s, %s: %s (%s)', (timeZone, on, expected) => {
    expect(new Date(startOfDay(on, timeZone)).toISOString()).toBe(expected);
  });

  test('is where the calendar turns', () => {
    fc.assert(
      fc.property(zone, day, (timeZone, on) => {
        const start = startOfDay(on, timeZone);
        expect(intlDay(timeZone, start) >= on).toBe(true);
        expect(intlDay(timeZone, start - 1000) < on).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('comes before the next one’s, by a day more or less', () => {
    fc.assert(
      fc.property(zone, day, (timeZone, on) => {
        const next = utcDay(startOfUtcDay(on) + DAY);
        const length = startOfDay(next, timeZone) - startOfDay(on, timeZone);
        // Newfoundland once changed by two hours; islands that changed sides of the date line left out a day.
        if (!ZONES_THAT_SKIPPED_A_DAY.has(timeZone)) expect(Math.abs(length - DAY)).toBeLessThanOrEqual(2 * HOUR);
        expect(length).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
