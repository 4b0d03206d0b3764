import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ttlSchema as ttlForm } from '../../config/cache.ts';
import { DAY, HOUR, MINUTE, overlaps, startOfUtcDay, utcDaysCovering } from '../../domain/time.ts';
import { type Cell, cellLifetime, cellNamespace, dedupePeriods, mergeCells, periodsOn } from './cells.ts';
import type { StoredPeriod } from './map.ts';

const MONDAY = '2024-05-13';
function at(time: string) {
  return Date.parse(`2024-05-${time}Z`);
}
function period(start: string, end: string | null, name = 'AVAILABLE'): StoredPeriod {
  return [at(start), end === null ? null : at(end), end === null, name, null];
}
function completeCell(periods: readonly StoredPeriod[]): Cell {
  return { periods, gap: null };
}

describe('a cell', () => {
  const overNight = period('13T22:00:00', '14T06:00:00');

  test('holds each period that touches the day, unclipped', () => {
    expect(periodsOn([overNight], '2024-05-13')).toEqual([overNight]);
    expect(periodsOn([overNight], '2024-05-14')).toEqual([overNight]);
    expect(periodsOn([overNight], '2024-05-15')).toEqual([]);
  });

  test('holds a period that has been ongoing for days', () => {
    expect(periodsOn([period('02T09:00:00', null)], MONDAY)).toHaveLength(1);
  });

  test('ends at midnight, where the next day’s periods begin', () => {
    const upTo = period('13T10:00:00', '14T00:00:00');
    const from = period('14T00:00:00', '14T01:00:00');
    expect(periodsOn([upTo, from], '2024-05-13')).toEqual([upTo]);
    expect(periodsOn([upTo, from], '2024-05-14')).toEqual([from]);
  });

  test('holds a period that ends before it begins at its start, also across midnight', () => {
    const backwards = period('14T00:00:00', '13T23:59:58');
    expect(periodsOn([backwards], '2024-05-13')).toEqual([]);
    expect(periodsOn([backwards], '2024-05-14')).toEqual([backwards]);
  });

  test('validates a cell that is read from the cache, and rejects anything else', () => {
    const cell = completeCell([overNight, period('14T06:00:00', null)]);
    expect(cellNamespace.isValid(JSON.parse(JSON.stringify(cell)))).toBe(true);
    for (const invalid of [null, [], {}, { periods: [['x']], gap: null }, { periods: [] }, { periods: [], gap: {} }]) {
      expect(cellNamespace.isValid(invalid)).toBe(false);
    }
  });
});

describe('periods of one response with the same start and names', () => {
  const begun = '13T10:00:00';
  const [atOnce, short, long] = [begun, '13T10:00:05', '13T10:30:00'].map((end) => period(begun, end));
  const backwards = period(begun, '13T09:59:58');
  const ongoing = period(begun, null);
  const unknown: StoredPeriod = [at(begun), null, null, 'AVAILABLE', null];

  test.each([
    ['a period of no length yields to one that lasted', atOnce, long],
    ['a period of no length yields to an ongoing one', atOnce, ongoing],
    ['a period of no length yields to a possibly ongoing one', atOnce, unknown],
    ['a period that ends before it begins yields to one of no length', backwards, atOnce],
    ['a period that ends before it begins yields to an ongoing one', backwards, ongoing],
    ['a shorter period yields to a longer one', short, long],
    ['an ongoing period yields to an ended one', ongoing, long],
    ['a possibly ongoing period yields to an ongoing one', unknown, ongoing],
  ])('merges periods with the same start and names, in any order: %s', (_how, yielding, staying) => {
    expect(dedupePeriods([yielding, staying] as StoredPeriod[])).toEqual([staying]);
    expect(dedupePeriods([staying, yielding] as StoredPeriod[])).toEqual([staying]);
  });

  test('merges periods with the same start and names into one in any order, without losing time', () => {
    const end = fc.oneof(
      fc.constant(null),
      fc.integer({ min: -3, max: 3 }).map((seconds) => at(begun) + seconds * 1000),
    );
    const same = fc.tuple(end, fc.boolean()).map(([until, isOngoing]): StoredPeriod => {
      return [at(begun), until, until === null ? isOngoing || null : false, 'AVAILABLE', null];
    });
    const shuffled = fc
      .array(same, { minLength: 1, maxLength: 6 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, another]) => {
        const [first, ...rest] = dedupePeriods(list);
        expect(rest).toEqual([]);
        expect(dedupePeriods(another)).toEqual([first]);
        const latest = Math.max(...list.map(([, until]) => until ?? -Infinity));
        if (latest > at(begun)) expect(first?.[1]).toBe(latest);
      }),
    );
  });
});

describe('cellLifetime', () => {
  const ttl = ttlForm.parse({ statusPast: 86_400, statusLive: 15 });
  const closed = completeCell([period('13T09:00:00', '13T17:00:00')]);
  const dayAfter = startOfUtcDay(MONDAY) + DAY;

  test.each([
    ['a day before it ends', dayAfter - MINUTE, closed, 15],
    ['a day while it settles', dayAfter + 59 * MINUTE, closed, 15],
    ['a settled day', dayAfter + HOUR, closed, 86_400],
    ['a settled day without periods', dayAfter + HOUR, completeCell([]), 86_400],
    ['a day with an ongoing period', dayAfter + 5 * DAY, completeCell([period('13T09:00:00', null)]), 15],
    ['a future day', startOfUtcDay(MONDAY) - DAY, completeCell([]), 15],
  ])('returns the lifetime of %s', (_when, now, cell, seconds) => {
    expect(cellLifetime(cell, MONDAY, now, ttl)).toEqual({ ttlSeconds: seconds, isFinal: seconds === 86_400 });
  });

  test('returns 0 for a retryable gap, and a short TTL for a permanent one', () => {
    const gap = { code: 'VENDOR_TIMEOUT', message: '', reason: null, status: null, retryAfterSeconds: null } as const;
    const later = dayAfter + 5 * DAY;
    expect(cellLifetime({ ...closed, gap: { ...gap, retryable: true } }, MONDAY, later, ttl)).toEqual({
      ttlSeconds: 0,
      isFinal: false,
    });
    expect(cellLifetime({ ...closed, gap: { ...gap, retryable: false } }, MONDAY, later, ttl)).toEqual({
      ttlSeconds: 15,
      isFinal: false,
    });
  });
});

describe('mergeCells', () => {
  const open = period('13T22:00:00', null);
  const closed = period('13T22:00:00', '14T06:00:00');
  const both = { from: at('13T00:00:00'), to: at('15T00:00:00') };

  test('returns a period of several cells once', () => {
    const cells = [completeCell([closed]), completeCell([closed])].map((value) => ({ value, fetchedAt: 1 }));
    expect(mergeCells(cells, both)).toEqual([{ period: closed, observedAt: 1 }]);
  });

  test.each([
    [1, 2],
    [2, 1],
  ])('prefers the cell that was fetched last (%i, %i)', (openAt, closedAt) => {
    const cells = [
      { value: completeCell([open]), fetchedAt: openAt },
      { value: completeCell([closed]), fetchedAt: closedAt },
    ];
    expect(mergeCells(cells, both)).toEqual([{ period: closedAt > openAt ? closed : open, observedAt: 2 }]);
  });

  test('distinguishes periods that began in the same second by both their names', () => {
    const [start, end, isOngoing] = closed;
    const named = (primary: string, secondary: string | null): StoredPeriod => [
      start,
      end,
      isOngoing,
      primary,
      secondary,
    ];
    const four = [named('AVAILABLE', null), named('BUSY', null), named('BUSY', 'NBK'), named('BUSY', 'Mail')];
    const merged = mergeCells([{ value: completeCell(four), fetchedAt: 1 }], both);
    expect(merged.map(({ period: each }) => each)).toEqual(four);
  });

  test('prefers, of two cells fetched at once, the one with the end', () => {
    for (const cells of [
      [open, closed],
      [closed, open],
    ].map((two) => two.map((candidate) => completeCell([candidate])))) {
      expect(
        mergeCells(
          cells.map((value) => ({ value, fetchedAt: 1 })),
          both,
        ),
      ).toMatchObject([{ period: closed }]);
    }
  });

  test('leaves out periods of the days that are outside the range', () => {
    const range = { from: at('13T12:00:00'), to: at('13T13:00:00') };
    expect(mergeCells([{ value: completeCell([closed]), fetchedAt: 1 }], range)).toEqual([]);
  });

  const start = at('10T00:00:00');
  const instant = fc.integer({ min: 0, max: 10 * 24 * 12 }).map((number) => start + number * 5 * MINUTE);
  const anyPeriod = fc
    .record({
      start: instant,
      minutes: fc.integer({ min: 0, max: 3 * 24 * 60 }),
      ongoing: fc.boolean(),
      name: fc.constantFrom('AVAILABLE', 'BUSY'),
    })
    .map(({ start: begun, minutes, ongoing, name }): StoredPeriod => [
      begun,
      ongoing ? null : begun + minutes * MINUTE,
      ongoing,
      name,
      null,
    ]);
  const timeline = fc.array(anyPeriod, { maxLength: 30 }).map(dedupePeriods);
  const range = fc.tuple(instant, instant).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));
  const sorted = (periods: readonly StoredPeriod[]) => periods.map((candidate) => JSON.stringify(candidate)).sort();

  test('returns what one request of the complete range would return', () => {
    fc.assert(
      fc.property(timeline, range, fc.array(fc.nat(5), { minLength: 11, maxLength: 11 }), (periods, during, ages) => {
        const cells = utcDaysCovering(during).map((day, index) => ({
          value: completeCell(periodsOn(periods, day)),
          fetchedAt: ages[index] ?? 0,
        }));
        const atOnce = periods.filter(([from, to]) => overlaps(during, from, to));
        expect(sorted(mergeCells(cells, during).map((merged) => merged.period))).toEqual(sorted(atOnce));
      }),
    );
  });

  test('returns each period as in its last fetched cell', () => {
    fc.assert(
      fc.property(timeline, fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }), (later, recent) => {
        // At an earlier fetch, some periods that have ended by now were still ongoing.
        const earlier = later.map((candidate): StoredPeriod => [candidate[0], null, true, candidate[3], candidate[4]]);
        const days = utcDaysCovering({ from: start, to: start + 14 * DAY });
        const cells = days.map((day, index) => {
          const isRecent = recent[index] ?? false;
          return { day, value: completeCell(periodsOn(isRecent ? later : earlier, day)), fetchedAt: isRecent ? 2 : 1 };
        });
        const during = { from: start, to: start + 14 * DAY };
        for (const { period: merged, observedAt } of mergeCells(cells, during)) {
          const holding = cells.filter(({ value }) =>
            value.periods.some((candidate) => candidate[0] === merged[0] && candidate[3] === merged[3]),
          );
          const newest = holding.toSorted((a, b) => b.fetchedAt - a.fetchedAt)[0];
          expect(newest?.value.periods).toContainEqual(merged);
          expect(newest?.fetchedAt).toBe(observedAt);
        }
      }),
    );
  });
});
