import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { thrownBy } from '../../test/support/capture-error.ts';
import { startOfDay } from '../domain/time-zone.ts';
import { DAY, HOUR } from '../domain/time.ts';
import { assertTimeRange } from './validate-args.ts';

test('accepts every calendar month of every time zone', () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  fc.assert(
    fc.property(
      zone,
      fc.integer({ min: 2024, max: 2037 }),
      fc.integer({ min: 1, max: 12 }),
      (timeZone, year, month) => {
        const first = Temporal.PlainDate.from({ year, month, day: 1 });
        const during = {
          from: startOfDay(first.toString(), timeZone),
          to: startOfDay(first.add({ months: 1 }).toString(), timeZone),
        };
        expect(assertTimeRange(during)).toBe(during);
      },
    ),
  );
});

test('accepts October in Berlin and the longest range, and nothing longer', () => {
  const october = { from: Date.parse('2026-10-01T00:00:00+02:00'), to: Date.parse('2026-11-01T00:00:00+01:00') };
  expect(october.to - october.from).toBe(31 * DAY + HOUR);
  expect(assertTimeRange(october)).toBe(october);
  const longest = { from: october.from, to: october.from + 31 * DAY + 2 * HOUR };
  expect(assertTimeRange(longest)).toBe(longest);
  expect(thrownBy(() => assertTimeRange({ ...longest, to: longest.to + 1 }))).toMatchObject({ argument: 'during' });
});
