import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from './clock.ts';
import { sourceReport } from './source.ts';
import { byStart, durationSeconds } from './status-period.ts';
import { DAY, isCivilDate, isInstant, overlaps, startOfUtcDay, utcDay, utcDaysCovering } from './time.ts';
import { VendorError, isNotFound } from './vendor-error.ts';
import { period } from '../../test/support/gather-harness.ts';

const range = { from: 10, to: 20 };

test('a day is one that the calendar has', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(isCivilDate(date.toISOString().slice(0, 10))).toBe(true);
    }),
  );
  const none = ['', '2026-02-29', '2026-02-31', '2026-13-01', '2026-00-10', '2026-01-00', '0000-01-01', '26-01-01'];
  for (const text of [...none, '2026-1-1', '2026-01-01 ', ' 2026-01-01', '2026-01-01T00:00:00Z', '+2026-01-01'])
    expect([text, isCivilDate(text)]).toEqual([text, false]);
  expect(isCivilDate('2024-02-29')).toBe(true);
});

describe('an instant', () => {
  const first = Date.parse('0001-01-01T00:00:00.000Z');
  const last = Date.parse('9999-12-31T23:59:59.999Z');

  test.each([0, -1, 1_715_774_400_000, first, last])('is %d', (ms) => {
    expect(isInstant(ms)).toBe(true);
  });

  // Among them a time of our day in microseconds, the end of what a Date holds, and the largest whole number.
  test.each([first - 1, last + 1, 0.5, NaN, Infinity, -Infinity, 1_461_389_202_047_000, 8.64e15, 2 ** 53 - 1])(
    'is not %d',
    (ms) => {
      expect(isInstant(ms)).toBe(false);
    },
  );

  test('is whatever RFC 3339 can say, with its four digits for a year', () => {
    const anywhere = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(fc.oneof(anywhere, fc.integer({ min: first, max: last })), (ms) => {
        expect(isInstant(ms)).toBe(/^(?!0000)\d{4}-/.test(new Date(ms).toISOString()));
      }),
    );
  });
});

describe('what touches a range from 10 to 20', () => {
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
  ])('%i to %p: %p (%s)', (start, end, expected) => {
    expect(overlaps(range, start, end)).toBe(expected);
  });
});

describe('UTC days', () => {
  test('cover a range, each once, in order', () => {
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

  test('hold every instant of the range, and none begins outside of it but the first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 4e12 }),
        fc.integer({ min: 1, max: 40 * DAY }),
        fc.nat(),
        (from, length, dice) => {
          const to = from + length;
          const days = utcDaysCovering({ from, to });
          expect(days).toContain(utcDay(from + (dice % length)));
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

describe('durations', () => {
  test.each([
    [0, 1499, 1],
    [0, 1500, 2],
    [1000, 1000, 0],
    [2000, 1000, 0],
    [0, null, null],
    [null, 1000, null],
    [0, (2 ** 31 - 1) * 1000, 2 ** 31 - 1],
    [0, 2 ** 31 * 1000, null],
  ])('%p to %p: %p seconds', (start, end, expected) => {
    expect(durationSeconds(start, end)).toBe(expected);
  });
});

test('the order of periods depends on nothing but what they tell', () => {
  const anyPeriod = fc.record({
    start: fc.constantFrom(1, 2),
    end: fc.constantFrom(3, 4, null),
    vendorStatus: fc.constantFrom('A', 'B'),
    label: fc.constantFrom(null, 'x', 'y'),
    sessionId: fc.constantFrom(null, 's'),
  });
  fc.assert(
    fc.property(fc.array(anyPeriod), (list) => {
      const periods = list.map(({ start, ...more }) => period('a', start, more));
      const sorted = periods.toSorted(byStart);
      expect(periods.toReversed().toSorted(byStart)).toEqual(sorted);
      expect(sorted.map(({ start }) => start)).toEqual(list.map(({ start }) => start).toSorted());
    }),
  );
  const ends = [null, 4, 3].map((end) => period('a', 1, { end })).toSorted(byStart);
  expect(ends.map(({ end }) => end)).toEqual([3, 4, null]);
});

describe('a report on data', () => {
  const at = { account: 'a', endpoint: 'e' };
  const error = new VendorError({ ...at, vendor: 'KORE' }, 'VENDOR_TIMEOUT', 'no');

  test('is as old as its oldest part, and from the vendor if any part is', () => {
    const parts = [
      { fetchedAt: 5, servedFrom: 'CACHE' as const },
      { fetchedAt: 3, servedFrom: 'CACHE' as const },
      { fetchedAt: 9, servedFrom: 'VENDOR' as const },
    ];
    expect(sourceReport(at, parts)).toMatchObject({ outcome: 'OK', fetchedAt: 3, servedFrom: 'VENDOR', error: null });
    expect(sourceReport(at, parts.slice(0, 2))).toMatchObject({ servedFrom: 'CACHE' });
    expect(sourceReport(at, [])).toMatchObject({ outcome: 'OK', fetchedAt: null, servedFrom: null });
  });

  test('may have more parts than a function takes arguments', () => {
    const parts = Array.from({ length: 300_000 }, (_, index) => ({
      fetchedAt: 7 + index,
      servedFrom: 'CACHE' as const,
    }));
    expect(sourceReport(at, parts)).toMatchObject({ outcome: 'OK', fetchedAt: 7 });
  });

  test('is STALE when a part is, and PARTIAL when one is missing, which counts more', () => {
    const stale = { fetchedAt: 5, servedFrom: 'CACHE' as const, staleReason: error };
    expect(sourceReport(at, [stale])).toMatchObject({ outcome: 'STALE', error });
    const other = new VendorError({ ...at, vendor: 'KORE' }, 'VENDOR_BAD_RESPONSE', 'cut');
    expect(sourceReport(at, [stale], { error: other })).toMatchObject({ outcome: 'PARTIAL', error: other });
    expect(sourceReport(at, [], { coveredFrom: 1, coveredTo: 2 })).toMatchObject({ coveredFrom: 1, coveredTo: 2 });
  });
});

test.each([
  ['VENDOR_UNAVAILABLE', true],
  ['VENDOR_TIMEOUT', true],
  ['VENDOR_RATE_LIMITED', true],
  ['VENDOR_AUTH_FAILED', false],
  ['VENDOR_REJECTED', false],
  ['VENDOR_BAD_RESPONSE', false],
  ['NOT_FOUND', false],
] as const)('%s may succeed later: %p', (code, retryable) => {
  const error = new VendorError({ vendor: 'KORE', account: 'a', endpoint: 'e' }, code, 'no');
  expect(error.retryable).toBe(retryable);
  expect(isNotFound(error)).toBe(code === 'NOT_FOUND');
});

describe('the system’s clock', () => {
  test('calls back later, and not at all once it is told not to', async () => {
    const called: string[] = [];
    const stop = systemClock.setTimer(1, () => called.push('stopped'));
    stop();
    const keepAlive = setInterval(() => undefined, 1000);
    await new Promise<void>((resolve) => {
      systemClock.setTimer(5, () => {
        called.push('called');
        resolve();
      });
    });
    clearInterval(keepAlive);
    expect(called).toEqual(['called']);
  });

  test.each([2 ** 31, 1e15, Infinity])(
    'waits long when it is told to wait %p ms, instead of not at all',
    async (ms) => {
      let called = false;
      const stop = systemClock.setTimer(ms, () => (called = true));
      await new Promise((resolve) => setTimeout(resolve, 10));
      stop();
      expect(called).toBe(false);
    },
  );
});
