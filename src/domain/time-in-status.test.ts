import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { period } from '../../test/support/gather-harness.ts';
import type { StatusPeriod } from './status-period.ts';
import { type StatusTotal, timeInStatus } from './time-in-status.ts';
import type { TimeRange } from './time.ts';

const range: TimeRange = { from: 100_000, to: 200_000 };
const NOW = 1_000_000;

function summarize(periods: readonly StatusPeriod[], now = NOW, within = range) {
  return timeInStatus('a', periods, within, now).map(({ status, seconds, periods: count }) => [status, seconds, count]);
}
function periodFrom(start: number, end: number | null, fields: Partial<StatusPeriod> = {}) {
  return period('a', start, { end, ...fields });
}

describe('timeInStatus', () => {
  test.each<[string, readonly StatusPeriod[], readonly unknown[]]>([
    ['no periods', [], []],
    ['a period inside', [periodFrom(110_000, 120_000)], [['AVAILABLE', 10, 1]]],
    ['a period of the whole range', [periodFrom(100_000, 200_000)], [['AVAILABLE', 100, 1]]],
    ['a period clipped at the beginning', [periodFrom(50_000, 120_000)], [['AVAILABLE', 20, 1]]],
    ['a period clipped at the end', [periodFrom(190_000, 999_000)], [['AVAILABLE', 10, 1]]],
    ['a period clipped at both ends', [periodFrom(0, 999_000)], [['AVAILABLE', 100, 1]]],
    ['a period that ends where the range begins', [periodFrom(50_000, 100_000)], []],
    ['a period that starts where the range ends', [periodFrom(200_000, 300_000)], []],
    ['a period without duration', [periodFrom(150_000, 150_000)], [['AVAILABLE', 0, 1]]],
    [
      'an ongoing period up to the end of the range',
      [periodFrom(190_000, null, { isOngoing: true })],
      [['AVAILABLE', 10, 1]],
    ],
    ['a period with unknown end as no time', [periodFrom(190_000, null, { isOngoing: null })], [['AVAILABLE', 0, 1]]],
    ['a period that ends before its start as no time', [periodFrom(190_000, 180_000)], [['AVAILABLE', 0, 1]]],
    [
      'several periods of one status, with a gap',
      [periodFrom(110_000, 120_000), periodFrom(130_000, 140_000)],
      [['AVAILABLE', 20, 2]],
    ],
    [
      'several statuses, sorted by name',
      [periodFrom(110_000, 120_000, { status: 'BUSY' }), periodFrom(120_000, 125_000, { status: 'AWAY' })],
      [
        ['AWAY', 5, 1],
        ['BUSY', 10, 1],
      ],
    ],
    [
      'nested periods: time belongs to the one that started last',
      [periodFrom(110_000, 150_000), periodFrom(120_000, 130_000, { status: 'BUSY' })],
      [
        ['AVAILABLE', 30, 1],
        ['BUSY', 10, 1],
      ],
    ],
    [
      'overlapping periods',
      [periodFrom(110_000, 130_000), periodFrom(120_000, 140_000, { status: 'BUSY' })],
      [
        ['AVAILABLE', 10, 1],
        ['BUSY', 20, 1],
      ],
    ],
    ['identical periods once', [periodFrom(110_000, 120_000), periodFrom(110_000, 120_000)], [['AVAILABLE', 10, 2]]],
  ])('adds up %s', (_name, periods, expected) => {
    expect(summarize(periods)).toEqual(expected);
  });

  test('counts an ongoing period up to now, not to the end of the range', () => {
    const ongoing = periodFrom(110_000, null, { isOngoing: true });
    expect(summarize([ongoing], 150_000)).toEqual([['AVAILABLE', 40, 1]]);
    expect(summarize([ongoing], 105_000)).toEqual([['AVAILABLE', 0, 1]]);
  });
});

const STATUSES = ['AVAILABLE', 'BUSY', 'AWAY'] as const;
const span = fc.record({
  start: fc.integer({ min: 0, max: 300_000 }),
  length: fc.option(fc.integer({ min: 0, max: 150_000 })),
  status: fc.constantFrom(...STATUSES),
  ongoing: fc.constantFrom(true, null),
});
const anyPeriods = fc.array(span, { maxLength: 12 }).map((spans) =>
  spans.map(({ start, length, status, ongoing }) =>
    periodFrom(start, length === null ? null : start + length, {
      status,
      isOngoing: length === null ? ongoing : false,
    }),
  ),
);
const anyNow = fc.integer({ min: 0, max: 400_000 });
const cuts = fc.tuple(
  fc.integer({ min: 0, max: 300_000 }),
  fc.integer({ min: 1, max: 150_000 }),
  fc.integer({ min: 1, max: 150_000 }),
);

/** Reference implementation: for each second, of the periods that contain it, the one that started last. */
function secondBySecond(periods: readonly StatusPeriod[], within: TimeRange, now: number): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>();
  for (let at = within.from; at < within.to; at += 1000) {
    const containing = periods.filter(
      ({ start, end, isOngoing }) => start <= at && at < (end ?? (isOngoing ? now : start)),
    );
    const last = Math.max(...containing.map(({ start }) => start));
    const owner = containing.findLast(({ start }) => start === last);
    if (owner) seconds.set(owner.status, (seconds.get(owner.status) ?? 0) + 1);
  }
  return seconds;
}

function secondsOf(totals: readonly StatusTotal[], status: string) {
  return totals.find((total) => total.status === status)?.seconds ?? 0;
}
function sum(totals: readonly StatusTotal[]) {
  return totals.reduce((all, { seconds }) => all + seconds, 0);
}

describe('timeInStatus, for any periods', () => {
  test('assigns each second to the period that started last', () => {
    const smallTime = fc.integer({ min: 0, max: 12 }).map((seconds) => seconds * 1000);
    const overlappingPeriods = fc.array(
      fc.record({
        start: smallTime,
        end: fc.option(smallTime),
        status: fc.constantFrom(...STATUSES),
        isOngoing: fc.constantFrom(true, null),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(overlappingPeriods, smallTime, smallTime, smallTime, (sketches, begin, length, now) => {
        const within = { from: begin, to: begin + length };
        const periods = sketches.map(({ start, ...fields }) => periodFrom(start, fields.end, fields));
        const totals = timeInStatus('a', periods, within, now);
        const expected = secondBySecond(periods, within, now);
        for (const status of STATUSES) expect(secondsOf(totals, status)).toBe(expected.get(status) ?? 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('reads the end of each period a constant number of times, however many overlap', () => {
    let reads = 0;
    const countingReads = (at: number) =>
      ({
        valueOf: () => {
          reads += 1;
          return at;
        },
      }) as unknown as number;
    const within = { from: 0, to: 10_000 };
    const nested = Array.from({ length: 1000 }, (_, index) => periodFrom(index, countingReads(9_000 - index)));
    expect(timeInStatus('a', nested, within, NOW)).toMatchObject([{ seconds: 9, periods: 1000 }]);
    const lasting = Array.from({ length: 1000 }, (_, index) => periodFrom(index, countingReads(8_000 + index)));
    expect(timeInStatus('a', lasting, within, NOW)).toMatchObject([{ seconds: 9, periods: 1000 }]);
    expect(reads).toBeLessThan(2000 * 12);
  });

  test('returns the same totals for a range as for its two parts, except for rounding', () => {
    fc.assert(
      fc.property(anyPeriods, anyNow, cuts, (periods, now, [begin, first, second]) => {
        const middle = begin + first;
        const end = middle + second;
        const [left, right, whole] = [
          { from: begin, to: middle },
          { from: middle, to: end },
          { from: begin, to: end },
        ].map((within) => timeInStatus('a', periods, within, now)) as [StatusTotal[], StatusTotal[], StatusTotal[]];
        for (const status of STATUSES) {
          const parts = secondsOf(left, status) + secondsOf(right, status);
          expect(Math.abs(parts - secondsOf(whole, status))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('never returns more time than the range, except for rounding', () => {
    fc.assert(
      fc.property(anyPeriods, anyNow, (periods, now) => {
        const totals = timeInStatus('a', periods, range, now);
        expect(sum(totals)).toBeLessThanOrEqual((range.to - range.from) / 1000 + totals.length / 2);
        for (const { seconds } of totals) expect(seconds).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('returns the sum of clipped periods where nothing overlaps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30_000), fc.nat(30_000), fc.constantFrom(...STATUSES)), { maxLength: 12 }),
        (pieces) => {
          let at = 0;
          const periods = pieces.map(([gap, length, status]) => {
            const start = at + gap;
            at = start + length;
            return periodFrom(start, at, { status });
          });
          const totals = timeInStatus('a', periods, range, NOW);
          for (const status of STATUSES) {
            const clipped = periods
              .filter((candidate) => candidate.status === status)
              .reduce(
                (all, { start, end }) => all + Math.max(0, Math.min(end ?? 0, range.to) - Math.max(start, range.from)),
                0,
              );
            expect(secondsOf(totals, status)).toBe(Math.round(clipped / 1000));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('does not depend on the order of periods with different starts', () => {
    const distinct = fc.uniqueArray(span, { maxLength: 10, selector: ({ start }) => start }).map((spans) =>
      spans.map(({ start, length, status, ongoing }) =>
        periodFrom(start, length === null ? null : start + length, {
          status,
          isOngoing: length === null ? ongoing : false,
        }),
      ),
    );
    fc.assert(
      fc.property(distinct, anyNow, (periods, now) => {
        expect(timeInStatus('a', periods.toReversed(), range, now)).toEqual(timeInStatus('a', periods, range, now));
      }),
    );
  });
});
