import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DAY,
  isCivilDate,
  isInstant,
  overlaps,
  parseCivilTime,
  startOfUtcDay,
  utcDay,
  utcDaysCovering,
} from './time.ts';

const range = { from: 10, to: 20 };

test('isCivilDate accepts existing calendar days only', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(isCivilDate(date.toISOString().slice(0, 10))).toBe(true);
    }),
  );
  const invalid = ['', '2026-02-29', '2026-02-31', '2026-13-01', '2026-00-10', '2026-01-00', '0000-01-01', '26-01-01'];
  for (const text of [...invalid, '2026-1-1', '2026-01-01 ', ' 2026-01-01', '2026-01-01T00:00:00Z', '+2026-01-01'])
    expect([text, isCivilDate(text)]).toEqual([text, false]);
  expect(isCivilDate('2024-02-29')).toBe(true);
});

test('isCivilDate rejects the days that Date.parse lets roll over', () => {
  const part = (max: number, length: number) => fc.nat({ max }).map((value) => String(value).padStart(length, '0'));
  fc.assert(
    fc.property(part(9999, 4), part(13, 2), part(32, 2), (year, month, day) => {
      const text = `${year}-${month}-${day}`;
      const parsed = new Date(`${text}T00:00:00Z`);
      const isDay = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
      expect(isCivilDate(text)).toBe(isDay && year !== '0000');
    }),
    { numRuns: 1000 },
  );
});

describe('isInstant', () => {
  const first = Date.parse('0001-01-01T00:00:00.000Z');
  const last = Date.parse('9999-12-31T23:59:59.999Z');

  test.each([0, -1, 1_715_774_400_000, first, last])('accepts %d', (ms) => {
    expect(isInstant(ms)).toBe(true);
  });

  // Among them a current time in microseconds, the maximum of a Date, and the largest safe integer.
  test.each([first - 1, last + 1, 0.5, NaN, Infinity, -Infinity, 1_461_389_202_047_000, 8.64e15, 2 ** 53 - 1])(
    'rejects %d',
    (ms) => {
      expect(isInstant(ms)).toBe(false);
    },
  );

  test('accepts exactly what RFC 3339 can express with four digits for the year', () => {
    const anyDate = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(fc.oneof(anyDate, fc.integer({ min: first, max: last })), (ms) => {
        expect(isInstant(ms)).toBe(/^(?!0000)\d{4}-/.test(new Date(ms).toISOString()));
      }),
    );
  });
});

describe('overlaps, with a range from 10 to 20', () => {
  test.each<[number, number | null, boolean, string]>([
    [5, 10, false, 'ends where it begins'],
    [5, 11, true, 'reaches into it'],
    [0, 30, true, 'lasts all through it'],
    [12, 15, true, 'is inside'],
    [19, 25, true, 'begins in it'],
    [20, 25, false, 'begins where it ends'],
    [20, 20, false, 'is at its end, and lasts no time'],
    [10, 10, true, 'is at its beginning, and lasts no time'],
    [9, 9, false, 'is just before, and lasts no time'],
    [15, 15, true, 'is inside, and lasts no time'],
    [5, null, true, 'has not ended'],
    [20, null, false, 'begins where it ends, and has not ended'],
    [15, 12, true, 'ends before it begins, inside'],
    [15, 5, false, 'ends before it begins, outside'],
  ])('compares a period from %i to %p with the range and returns %p (it %s)', (start, end, expected) => {
    expect(overlaps(range, start, end)).toBe(expected);
  });
});

describe('utcDay', () => {
  test('is the date of the ISO text, in every year that has one', () => {
    const instants = fc.oneof(
      fc.integer({ min: Date.parse('0000-01-01'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
      fc.integer({ min: Date.parse('1970-01-01'), max: Date.parse('2100-01-01') }),
      fc
        .constantFrom('0999-12-31T23:59:59.999Z', '1000-01-01', '2024-02-29', '2026-09-30', '9999-12-31')
        .map(Date.parse),
    );
    fc.assert(fc.property(instants, (at) => utcDay(at) === new Date(at).toISOString().slice(0, 10)));
  });

  test('rejects what is not an instant', () => {
    expect(() => utcDay(NaN)).toThrow(RangeError);
  });
});

describe('utcDaysCovering', () => {
  test('returns the UTC days of a range in order, each once', () => {
    const at = (text: string) => Date.parse(text);
    expect(utcDaysCovering({ from: at('2026-11-19T23:59:59.999Z'), to: at('2026-11-20T00:00:00.001Z') })).toEqual([
      '2026-11-19',
      '2026-11-20',
    ]);
    expect(utcDaysCovering({ from: at('2026-11-20T00:00:00Z'), to: at('2026-11-21T00:00:00Z') })).toEqual([
      '2026-11-20',
    ]);
    expect(utcDaysCovering({ from: at('2024-02-28T12:00:00Z'), to: at('2024-03-01T12:00:00Z') })).toHaveLength(3);
  });

  test('covers every instant of the range, and only its first day starts before it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 4e12 }),
        fc.integer({ min: 1, max: 40 * DAY }),
        fc.nat(),
        (from, length, seed) => {
          const to = from + length;
          const days = utcDaysCovering({ from, to });
          expect(days).toContain(utcDay(from + (seed % length)));
          expect(days[0]).toBe(utcDay(from));
          for (const day of days.slice(1)) {
            expect(startOfUtcDay(day)).toBeGreaterThan(from);
            expect(startOfUtcDay(day)).toBeLessThan(to);
          }
        },
      ),
    );
  });
});

test('startOfUtcDay returns what Date.parse does, for texts that are no day as well', () => {
  const part = (max: number, length: number) =>
    fc.integer({ min: 0, max }).map((value) => String(value).padStart(length, '0'));
  const parts = fc.tuple(part(9999, 4), part(13, 2), part(32, 2)).map((day) => day.join('-'));
  const spoil = fc.record({ at: fc.nat(10), character: fc.constantFrom('0', ':', '-', 'T', 'Z', ' ', 'x', '/') });
  fc.assert(
    fc.property(parts, fc.option(spoil, { freq: 3 }), (text, spoilt) => {
      const day = spoilt ? text.slice(0, spoilt.at) + spoilt.character + text.slice(spoilt.at + 1) : text;
      expect(startOfUtcDay(day)).toBe(Date.parse(`${day}T00:00:00Z`));
    }),
    { numRuns: 500 },
  );
});

describe('parseCivilTime', () => {
  test.each(['2026-11-20T09:53:07', '2024-02-29 23:59:59', '9999-12-31T00:00:00', '0100-01-01T00:00:00'])(
    'reads %s as UTC',
    (text) => {
      expect(parseCivilTime(text)).toBe(Date.parse(`${text.replace(' ', 'T')}Z`));
    },
  );

  test.each([
    '',
    '2026-11-20',
    '2026-11-20T09:53',
    '2026-11-20T09:53:07Z',
    '2026-11-20T24:00:00',
    '2026-11-20T09:60:00',
  ])('leaves %j to others', (text) => {
    expect(parseCivilTime(text)).toBeNull();
  });

  test('returns what Date.parse does for a day that exists, and nothing for other texts', () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    const part = (value: number, length: number) => String(value).padStart(length, '0');
    const spoil = fc.option(
      fc.record({ at: number(18), character: fc.constantFrom('0', ':', '-', 'T', 't', 'Z', ' ', 'x', '/') }),
    );
    const parts = fc.record({
      year: number(9999),
      month: number(13),
      day: number(32),
      hour: number(23),
      minute: number(60),
      second: number(60),
    });
    fc.assert(
      fc.property(parts, spoil, ({ year, month, day, hour, minute, second }, change) => {
        const date = `${part(year, 4)}-${part(month, 2)}-${part(day, 2)}`;
        const time = `${date}T${part(hour, 2)}:${part(minute, 2)}:${part(second, 2)}`;
        const text = change ? time.slice(0, change.at) + change.character + time.slice(change.at + 1) : time;
        const isTime = /^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):\d\d:\d\d$/.test(text) && isCivilDate(text.slice(0, 10));
        const at = isTime && Number(text.slice(0, 4)) >= 100 ? Date.parse(`${text.replace(' ', 'T')}Z`) : NaN;
        expect(parseCivilTime(text)).toBe(Number.isNaN(at) ? null : at);
      }),
      { numRuns: 500 },
    );
  });
});
