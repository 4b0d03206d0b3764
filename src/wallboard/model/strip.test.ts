import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hourMarks, mainLane, type StripPeriod, todayAxis, toLanes, unknownPart, withCurrent } from './strip.ts';

const axis = { from: 0, to: 100 };

function period(start: number, end: number | null, changes: Partial<StripPeriod> = {}): StripPeriod {
  return {
    id: `${start}`,
    account: 'kore',
    status: 'BUSY',
    label: null,
    start,
    end,
    isOngoing: end === null,
    ...changes,
  };
}

function spans(periods: readonly StripPeriod[], now = 80) {
  return toLanes(periods, axis, now).map(({ account, segments }) => [
    account,
    ...segments.map(({ x, width }) => [x, width]),
  ]);
}

describe('the segments of a strip', () => {
  test('are clipped to the axis, and the ongoing one reaches to now', () => {
    expect(spans([period(-10, 20), period(60, null)])).toEqual([['kore', [0, 20], [60, 20]]]);
  });

  test('of unknown end reach to the next one, and are left out where there is none', () => {
    const unknown = { isOngoing: null };
    expect(spans([period(10, null, unknown), period(30, 40), period(50, null, unknown)])).toEqual([
      ['kore', [10, 20], [30, 10]],
    ]);
  });

  test('have a lane for each account', () => {
    expect(spans([period(10, 20), period(10, 20, { account: 'lp' })])).toEqual([
      ['kore', [10, 10]],
      ['lp', [10, 10]],
    ]);
  });

  test('never leave the axis or overtake the present', () => {
    const anyPeriod = fc
      .tuple(fc.integer({ min: -50, max: 150 }), fc.option(fc.nat(60)), fc.constantFrom(true, false, null))
      .map(([start, length, isOngoing]) => period(start, length === null ? null : start + length, { isOngoing }));
    fc.assert(
      fc.property(fc.array(anyPeriod), fc.nat(100), (periods, now) => {
        for (const { x, width } of toLanes(periods, axis, now).flatMap(({ segments }) => segments)) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(width).toBeGreaterThan(0);
          expect(x + width).toBeLessThanOrEqual(Math.min(100, now) + 1e-9);
        }
      }),
    );
  });
});

test('a row shows the lane of the account that reports the status, else the one with the latest period', () => {
  const lanes = toLanes([period(10, 20), period(30, 40, { account: 'lp' })], axis, 80);
  const names = (account: string | null) => mainLane(lanes, account).map((lane) => lane.account);
  expect(names('kore')).toEqual(['kore']);
  expect(names(null)).toEqual(['lp']);
  expect(mainLane([], 'kore')).toEqual([]);
});

describe('the current status of the list', () => {
  test('continues what was read before', () => {
    const current = period(50, null, { status: 'AWAY' });
    expect(withCurrent([period(10, null), period(20, null, { account: 'lp' })], current)).toEqual([
      period(10, 50, { isOngoing: false }),
      period(20, null, { account: 'lp' }),
      current,
    ]);
  });

  test('replaces the same period, and nothing where there is none', () => {
    const current = period(50, null);
    expect(withCurrent([period(50, null, { id: 'read' })], current)).toEqual([current]);
    expect(withCurrent([period(1, 2)], null)).toEqual([period(1, 2)]);
  });
});

test('the axis of today is the local day, with every third hour marked', () => {
  const noon = new Date(2026, 10, 20, 12).getTime();
  const today = todayAxis(noon);
  expect([new Date(today.from).getHours(), new Date(today.to).getDate()]).toEqual([0, 21]);
  const marks = hourMarks(today);
  expect(marks.map(({ hour }) => hour)).toEqual([3, 6, 9, 12, 15, 18, 21]);
  expect(marks.map(({ x }) => x)).toEqual(marks.map(({ x }) => x).toSorted((a, b) => a - b));
});

describe('the part of a strip that is not known', () => {
  test('reaches from the last known instant to now, and to the start where nothing is known', () => {
    expect(unknownPart(40, axis, 80)).toEqual({ x: 40, width: 40 });
    expect(unknownPart(null, axis, 80)).toEqual({ x: 0, width: 80 });
    expect(unknownPart(-20, axis, 80)).toEqual({ x: 0, width: 80 });
  });

  test('is wide enough to be seen, however short, and stays on the axis', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 120 }), (knownUntil, now) => {
        const { x, width } = unknownPart(knownUntil, axis, now);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(width).toBeGreaterThanOrEqual(3);
        expect(x + width).toBeLessThanOrEqual(100);
      }),
    );
  });
});
