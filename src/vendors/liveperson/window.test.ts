import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../domain/time.ts';
import { computeCoverage, isSettled, splitIntoWindows } from './window.ts';

const now = Date.parse('2024-05-15T12:20:00Z');
const rules = { longestSessionHours: 24, settleHours: 6, lookBackHours: 0, listWindowHours: 168, retentionDays: 30 };
function instantAt(text: string) {
  return Date.parse(text);
}
function coverage(from: string, to: string) {
  return computeCoverage({ from: instantAt(from), to: instantAt(to) }, now, rules);
}

describe('windows', () => {
  test('are constant until the time that the coverage names', () => {
    const hours = (max: number) => fc.integer({ min: 0, max }).map((count) => count * HOUR + 17 * MINUTE);
    fc.assert(
      fc.property(
        hours(24 * 35),
        hours(24 * 32),
        fc.nat(72),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (ago, length, lookBackHours, part) => {
          const during = { from: now - ago, to: now - ago + length };
          const { constantUntil, ...today } = computeCoverage(during, now, { ...rules, lookBackHours });
          fc.pre(constantUntil > now);
          const later = now + part * (constantUntil - now);
          expect(computeCoverage(during, later, { ...rules, lookBackHours })).toEqual({ ...today, constantUntil });
        },
      ),
    );
  });

  test('extends windows by longestSessionHours and settleHours after the range, in whole hours', () => {
    expect(coverage('2024-05-01T09:10:00Z', '2024-05-01T10:10:00Z').windows).toEqual([
      { from: instantAt('2024-05-01T09:00:00Z'), to: instantAt('2024-05-02T17:00:00Z') },
    ]);
  });

  test('ends windows with the current hour', () => {
    expect(coverage('2024-05-15T09:00:00Z', '2024-05-15T10:00:00Z').windows).toEqual([
      { from: instantAt('2024-05-15T09:00:00Z'), to: instantAt('2024-05-15T13:00:00Z') },
    ]);
  });

  test('returns the same windows for a range that moves within an hour', () => {
    const rolling = [0, 10, 39].map((minutes) => {
      const later = now + minutes * MINUTE;
      return computeCoverage({ from: later - 2 * DAY, to: later }, later, rules).windows;
    });
    expect(rolling[1]).toEqual(rolling[0]);
    expect(rolling[2]).toEqual(rolling[0]);
  });

  test('splits windows after seven days without a gap', () => {
    const { windows } = coverage('2024-04-20T00:00:00Z', '2024-05-10T00:00:00Z');
    expect(windows).toHaveLength(4);
    for (const window of windows) expect(window.to - window.from).toBeLessThanOrEqual(7 * DAY);
    windows.slice(1).forEach((window, index) => {
      expect(window.from).toBe(windows[index]?.to);
    });
    expect(windows.at(-1)?.to).toBe(instantAt('2024-05-11T06:00:00Z'));
  });

  test('splits windows after listWindowHours', () => {
    const during = { from: instantAt('2024-05-01T00:00:00Z'), to: instantAt('2024-05-01T12:00:00Z') };
    const { windows } = computeCoverage(during, now, { ...rules, listWindowHours: 24 });
    expect(windows).toEqual([
      { from: instantAt('2024-05-01T00:00:00Z'), to: instantAt('2024-05-02T00:00:00Z') },
      { from: instantAt('2024-05-02T00:00:00Z'), to: instantAt('2024-05-02T18:00:00Z') },
    ]);
  });

  test('starts windows at the oldest files', () => {
    const { windows } = coverage('2024-04-10T00:00:00Z', '2024-04-16T00:00:00Z');
    expect(windows).toEqual([{ from: instantAt('2024-04-15T12:00:00Z'), to: instantAt('2024-04-17T06:00:00Z') }]);
  });

  test('starts windows earlier by lookBackHours, but not before the oldest files, with the same coverage', () => {
    const during = { from: instantAt('2024-05-01T09:10:00Z'), to: instantAt('2024-05-01T10:10:00Z') };
    const back = (lookBackHours: number) => computeCoverage(during, now, { ...rules, lookBackHours });
    expect(back(24)).toEqual({
      ...back(0),
      constantUntil: during.from + 29 * DAY,
      windows: [{ from: instantAt('2024-04-30T09:00:00Z'), to: instantAt('2024-05-02T17:00:00Z') }],
    });
    const oldest = { from: instantAt('2024-04-16T00:00:00Z'), to: instantAt('2024-04-17T00:00:00Z') };
    const { windows, from } = computeCoverage(oldest, now, { ...rules, lookBackHours: 24 });
    expect([windows[0]?.from, from]).toEqual([instantAt('2024-04-15T12:00:00Z'), oldest.from]);
    for (const beyond of [
      { from: now, to: now + DAY },
      { from: now - 32 * DAY, to: now - 30 * DAY },
    ]) {
      expect(computeCoverage(beyond, now, { ...rules, lookBackHours: 168 }).windows).toEqual([]);
    }
  });

  test('returns no windows for an expired, a future and an empty range', () => {
    expect(coverage('2024-03-01T00:00:00Z', '2024-04-15T12:20:00Z').windows).toEqual([]);
    expect(coverage('2024-05-16T00:00:00Z', '2024-05-17T00:00:00Z').windows).toEqual([]);
    expect(splitIntoWindows({ from: now, to: now }, rules)).toEqual([]);
  });
});

describe('coverage', () => {
  test('covers a settled range completely', () => {
    const { from, to, expired } = coverage('2024-05-01T00:00:00Z', '2024-05-02T00:00:00Z');
    expect({ from, to, expired }).toEqual({
      from: instantAt('2024-05-01T00:00:00Z'),
      to: instantAt('2024-05-02T00:00:00Z'),
      expired: false,
    });
  });

  test('ends the coverage longestSessionHours and settleHours ago', () => {
    expect(coverage('2024-05-01T00:00:00Z', '2024-05-15T12:00:00Z').to).toBe(now - 30 * HOUR);
  });

  test('covers nothing of today', () => {
    const { from, to } = coverage('2024-05-15T00:00:00Z', '2024-05-15T12:00:00Z');
    expect(to).toBe(from);
  });

  test('starts the coverage at the oldest files and reports the time before as expired', () => {
    const partly = coverage('2024-04-10T00:00:00Z', '2024-05-01T00:00:00Z');
    expect(partly.from).toBe(now - 30 * DAY);
    expect(partly.expired).toBe(true);
    expect(coverage('2024-03-01T00:00:00Z', '2024-03-02T00:00:00Z').expired).toBe(true);
  });

  test('covers "the last 30 days" although the clock has moved on since the request', () => {
    expect(computeCoverage({ from: now - 30 * DAY - 5000, to: now }, now, rules).expired).toBe(false);
  });
});

test('settles a window settleHours after its end', () => {
  const window = { from: instantAt('2024-05-14T00:00:00Z'), to: instantAt('2024-05-15T06:00:00Z') };
  expect(isSettled(window, instantAt('2024-05-15T12:00:00Z'), rules)).toBe(true);
  expect(isSettled(window, instantAt('2024-05-15T11:59:59Z'), rules)).toBe(false);
});
