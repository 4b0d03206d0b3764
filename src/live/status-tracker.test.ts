import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { period } from '../../test/support/gather-harness.ts';
import { liveAgent } from '../../test/support/live-fixtures.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { DAY, HOUR, MINUTE } from '../domain/time.ts';
import { createStatusTracker } from './status-tracker.ts';

const START = Date.parse('2026-11-20T12:00:00Z');
const jane = liveAgent('jane');

function status(label: string, start: number, end: number | null): StatusPeriod {
  return period('k', start, { label, vendorStatus: label, end, isOngoing: end === null, ref: 'jane' });
}

function reading(periods: readonly StatusPeriod[] | null, agent = jane) {
  return [{ agent, account: 'k', periods }];
}

function steps(changes: ReturnType<ReturnType<typeof createStatusTracker>['update']>) {
  return changes.map(({ previous, current, isInitial }) => [
    previous?.label ?? null,
    current?.label ?? null,
    ...(isInitial ? ['initial'] : []),
  ]);
}

describe('what is ongoing at the beginning', () => {
  test('is no change, but an initial event, dated when it was first seen', () => {
    const tracker = createStatusTracker();
    expect(tracker.update(reading([status('a', START - 10, START - 5), status('b', START - 5, null)]), START)).toEqual(
      [],
    );
    tracker.update(reading([status('b', START - 5, null)]), START + 1000);
    expect(tracker.initialChanges()).toMatchObject([
      { agent: jane, account: 'k', previous: null, current: { label: 'b' }, isInitial: true, detectedAt: START },
    ]);
  });

  test('is the status that goes on, also where another has begun later and ended', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START - 10, null), status('b', START - 5, START - 2)]), START);
    expect(tracker.initialChanges()).toMatchObject([{ current: { label: 'a' } }]);
  });

  test('is none where the last status has ended', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START - 10, START - 5)]), START);
    expect(tracker.initialChanges()).toEqual([]);
  });
});

describe('changes between two readings', () => {
  test('come one by one, with the end of the status before', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    const now = [status('a', START, START + 10), status('b', START + 10, START + 20), status('c', START + 20, null)];
    const changes = tracker.update(reading(now), START + 30);
    expect(changes).toMatchObject([
      { previous: { label: 'a', end: START + 10 }, current: { label: 'b', start: START + 10 }, detectedAt: START + 30 },
      { previous: { label: 'b', end: START + 20 }, current: { label: 'c', start: START + 20 }, detectedAt: START + 30 },
    ]);
    expect(tracker.update(reading(now), START + 40)).toEqual([]);
  });

  test('name what goes on where the vendor moves its start, or takes back what began later', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START - 10, null), status('b', START, null)]), START + 1);
    const moved = [status('a', START - 10, null), status('b', START - 1, null)];
    expect(steps(tracker.update(reading(moved), START + 2))).toEqual([['b', 'b']]);
    expect(tracker.update(reading(moved), START + 3)).toEqual([]);
    expect(steps(tracker.update(reading([status('a', START - 10, null)]), START + 4))).toEqual([['b', 'a']]);
    expect(tracker.initialChanges()).toMatchObject([{ current: { label: 'a' } }]);
  });

  test('end with null where no status is ongoing any more, once', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    const ended = [status('a', START, START + 10), status('b', START + 10, START + 20)];
    expect(steps(tracker.update(reading(ended), START + 30))).toEqual([
      ['a', 'b'],
      ['b', null],
    ]);
    expect(tracker.update(reading(ended), START + 40)).toEqual([]);
    const again = [...ended, status('c', START + 50, null)];
    expect(steps(tracker.update(reading(again), START + 60))).toEqual([[null, 'c']]);
  });

  test('are none while the account cannot be read, and then all that happened', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    expect(tracker.update(reading(null), START + 2)).toEqual([]);
    expect(tracker.initialChanges()).toHaveLength(1);
    const now = [status('a', START, START + 10), status('b', START + 10, null)];
    expect(steps(tracker.update(reading(now), START + 30))).toEqual([['a', 'b']]);
  });

  test('are found after a failure of several days', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    for (let now = START + HOUR; now < START + 3 * DAY; now += HOUR) tracker.update(reading(null), now);
    const later = START + 3 * DAY;
    expect(tracker.since(later)(jane, 'k')).toBe(Date.parse('2026-11-20T00:00:00Z'));
    const now = [status('a', START, START + DAY), status('b', START + DAY, null)];
    expect(steps(tracker.update(reading(now), later))).toEqual([['a', 'b']]);
  });

  test('count a period that the vendor lists twice once', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    const b = [status('b', START + 10, START + 10), status('b', START + 10, null)];
    const now = [status('a', START, START + 10), ...b];
    expect(steps(tracker.update(reading(now), START + 20))).toEqual([['a', 'b']]);
    expect(tracker.update(reading(now), START + 30)).toEqual([]);
    expect(tracker.initialChanges()).toMatchObject([{ current: { label: 'b', isOngoing: true } }]);
  });

  test('include a period that begins with the one before it, and a corrected one', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    expect(steps(tracker.update(reading([status('b', START, null)]), START + 2))).toEqual([['a', 'b']]);
    expect(tracker.update(reading([status('b', START, null)]), START + 3)).toEqual([]);
  });

  test('treat a status that the vendor no longer reports as ended', () => {
    const tracker = createStatusTracker();
    tracker.update(reading([status('a', START, null)]), START + 1);
    expect(steps(tracker.update(reading([]), START + 2))).toEqual([['a', null]]);
  });
});

describe('agents that come and go', () => {
  test('reports what a new agent began before as initial, and what it began since as changes', () => {
    const tracker = createStatusTracker();
    tracker.update([], START);
    const changes = tracker.update(
      reading([status('a', START - 10, START + 5), status('b', START + 5, null)]),
      START + 10,
    );
    expect(steps(changes)).toEqual([[null, 'b']]);
    const late = tracker.update(reading([status('x', START - 10, null)], liveAgent('tom')), START + 20);
    expect(steps(late)).toEqual([[null, 'x', 'initial']]);
  });

  test('remembers an agent that matches no longer for a day', () => {
    const tracker = createStatusTracker();
    const ongoing = reading([status('a', START, null)]);
    tracker.update(ongoing, START + 1);
    tracker.update([], START + 2);
    expect(tracker.initialChanges()).toEqual([]);
    expect(tracker.update(ongoing, START + HOUR)).toEqual([]);
    tracker.update([], START + HOUR + DAY + 1);
    expect(steps(tracker.update(ongoing, START + HOUR + DAY + 2))).toEqual([[null, 'a', 'initial']]);
  });
});

test('reads the day of the last reading again, for as long as vendors may take to report', () => {
  const tracker = createStatusTracker();
  const midnight = Date.parse('2026-11-21T00:00:00Z');
  expect(tracker.since(midnight + 1)(jane, 'k')).toBe(midnight);
  tracker.update(reading([]), midnight + 5 * MINUTE);
  expect(tracker.since(midnight + 6 * MINUTE)(jane, 'k')).toBe(midnight - DAY);
  tracker.update(reading([]), midnight + 11 * MINUTE);
  expect(tracker.since(midnight + 12 * MINUTE)(jane, 'k')).toBe(midnight);
  expect(tracker.since(midnight + 30 * DAY)(jane, 'k')).toBe(midnight + 23 * DAY);
});

test('finds every change once and in order, whenever it reads', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 });
  const readAfter = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.boolean()), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(lengths, readAfter, (durations, waits) => {
      const starts = durations.reduce<number[]>((all, ms) => [...all, (all.at(-1) ?? START) + ms], [START]);
      const periodsAt = (now: number) =>
        starts.slice(0, -1).flatMap((start, index) => {
          const end = starts[index + 1] ?? Infinity;
          return start > now ? [] : [status(String(index), start, end > now ? null : end)];
        });
      const tracker = createStatusTracker();
      const found: string[] = [];
      let now = START;
      const read = (isReadable: boolean) => {
        for (const { current } of tracker.update(reading(isReadable ? periodsAt(now) : null), now))
          if (current) found.push(current.label ?? '');
      };
      read(true);
      for (const [ms, isReadable] of waits) {
        now += ms;
        read(isReadable);
      }
      now += 10_000;
      read(true);
      expect(found).toEqual(durations.map((_, index) => String(index)).slice(1));
    }),
  );
});
