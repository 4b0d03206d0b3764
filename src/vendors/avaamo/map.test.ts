import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { UsageInterval } from '../../domain/usage-stats.ts';
import { toInterventionsReport, toUsageReport, mergeReports, formatVendorDate } from './map.ts';
import { interventionsResponseSchema, usageResponseSchema } from './wire.ts';

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
const usageSample = usageResponseSchema.parse(sample('usage.json'));
const interventionSample = interventionsResponseSchema.parse(sample('agent-intervention.json'));
const usage = toUsageReport(usageSample);
const interventions = toInterventionsReport(interventionSample);
const sum = (counts: readonly (number | null)[]): number =>
  counts.reduce<number>((total, one) => total + (one ?? 0), 0);

describe('the vendor’s own samples', () => {
  test('the days asked for, as usage.json tells of them', () => {
    expect(usage.current).toEqual({
      start: Date.parse('2020-04-10T07:00:00Z'),
      end: Date.parse('2020-04-14T06:59:59Z'),
      sessionCount: 8123,
      usersCount: null,
      messagesCount: 50138,
      unhandledMessagesCount: 2297,
      successfulResponsesCount: 45736,
      ambiguousMessagesCount: 2105,
      mismatchedAmbiguousMessagesCount: 208,
      interventionsCount: null,
      successRate: 91.22,
    });
  });

  test('the time before, which begins a second late and overlaps by an instant', () => {
    expect(usage.previous).toMatchObject({ start: 1586156401000, end: usage.current.start, sessionCount: 15094 });
    expect(usage.previous?.mismatchedAmbiguousMessagesCount).toBe(326);
  });

  test('nine parts, one after another', () => {
    expect(usage.buckets).toHaveLength(9);
    expect(usage.buckets[0]?.start).toBe(usage.current.start);
    expect(usage.buckets.at(-1)?.end).toBe(usage.current.end);
    usage.buckets.slice(1).forEach((bucket, index) => {
      expect(bucket.start).toBe(usage.buckets[index]?.end);
    });
    const { start, end } = usage.current;
    for (const [index, bucket] of usage.buckets.entries()) {
      expect(Math.abs(bucket.end - (start + ((end - start) / 9) * (index + 1)))).toBeLessThanOrEqual(1);
    }
  });

  test('fractions of a second are cut off at the millisecond', () => {
    expect(usage.buckets[0]?.end).toBe(1586540399888);
    expect(usage.buckets[2]?.end).toBe(1586617199666);
  });

  test('mismatched ambiguous messages follow from the counts', () => {
    const mismatched = usage.buckets.map((bucket) => bucket.mismatchedAmbiguousMessagesCount);
    expect(mismatched).toEqual([72, 7, 36, 9, 36, 12, 34, 2, 0]);
  });

  test('no messages have no success rate, and the others keep their decimals', () => {
    expect(usage.buckets.at(-1)).toMatchObject({ messagesCount: 0, successRate: null });
    expect(usage.buckets[3]?.successRate).toBe(93.6);
  });

  test('the success rate is that of all messages, to two decimals, and not built on success_rate_count', () => {
    const rated = [usage.current, usage.previous, ...usage.buckets].filter((one) => one?.successRate != null);
    expect(rated).toHaveLength(10);
    const shares = rated.map((one) => (one?.successfulResponsesCount ?? 0) / (one?.messagesCount ?? 0));
    expect(rated.map((one) => one?.successRate)).toEqual(shares.map((share) => Math.round(share * 1e4) / 100));
  });

  test('distinct counts are the vendor’s totals, never sums over the parts', () => {
    const merged = mergeReports(usage, interventions);
    expect(sum(merged.buckets.map((bucket) => bucket.sessionCount))).toBe(9321);
    expect(merged.current?.sessionCount).toBe(8123);
    expect(sum(merged.buckets.map((bucket) => bucket.usersCount))).toBe(8958);
    expect(merged.current?.usersCount).toBe(7858);
  });

  test('the vendor’s total may be off by one from the sum of its parts, and stays as it is', () => {
    expect(sum(usage.buckets.map((bucket) => bucket.messagesCount))).toBe(50139);
    expect(usage.current.messagesCount).toBe(50138);
  });
});

describe('both endpoints in one', () => {
  test('interventions and users are agent_intervention.json’s, sessions and the rest usage.json’s', () => {
    const { current, previous, buckets } = mergeReports(usage, interventions);
    expect(current).toEqual({ ...usage.current, interventionsCount: 5, usersCount: 7858 });
    expect(previous).toEqual({ ...usage.previous, interventionsCount: 0, usersCount: 15094 });
    expect(buckets).toHaveLength(9);
    expect(buckets.map((bucket) => bucket.interventionsCount)).toEqual([2, 2, 1, 0, 0, 0, 0, 0, 0]);
    expect(buckets.map((bucket) => bucket.sessionCount)).toEqual(usage.buckets.map((bucket) => bucket.sessionCount));
  });

  test('one alone leaves the other’s fields null', () => {
    expect({ ...mergeReports(usage, null), isComplete: true }).toEqual(usage);
    expect({ ...mergeReports(null, interventions), isComplete: true }).toEqual(interventions);
    expect(mergeReports(null, null)).toEqual({ current: null, previous: null, buckets: [] });
  });

  test('parts whose boundaries differ stand side by side, in order', () => {
    const shifted = interventions.buckets.map((bucket, index) =>
      index === 4 ? { ...bucket, end: bucket.end - 1 } : bucket,
    );
    const { buckets } = mergeReports(usage, { ...interventions, buckets: shifted });
    expect(buckets).toHaveLength(10);
    expect(buckets[4]).toMatchObject({ usersCount: 1491, sessionCount: null, messagesCount: null });
    expect(buckets[5]).toMatchObject({ usersCount: null, interventionsCount: null, sessionCount: 1491 });
    expect([...buckets].sort((a, b) => a.start - b.start || a.end - b.end)).toEqual(buckets);
  });

  test('parts that come in any order stand in that of time', () => {
    const backwards = { ...usage, buckets: [...usage.buckets].reverse() };
    expect(mergeReports(backwards, null).buckets).toEqual(usage.buckets);
    expect(mergeReports(backwards, interventions)).toEqual(mergeReports(usage, interventions));
  });

  test('no part is lost or doubled, however the boundaries fall, and however many have the same', () => {
    const starts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 9 });
    fc.assert(
      fc.property(starts, starts, (ours, theirs) => {
        const part = (whole: UsageInterval) => (start: number, nth: number) => ({
          ...whole,
          ...(whole === usage.current ? { sessionCount: nth } : { usersCount: nth }),
          start,
          end: start + 1,
        });
        const { buckets } = mergeReports(
          { ...usage, buckets: ours.map(part(usage.current)) },
          { ...interventions, buckets: theirs.map(part(interventions.current)) },
        );
        const count = (list: readonly number[], start: number) => list.filter((one) => one === start).length;
        const expected = [...new Set([...ours, ...theirs])]
          .sort((a, b) => a - b)
          .flatMap((start) => Array.from({ length: Math.max(count(ours, start), count(theirs, start)) }, () => start));
        expect(buckets.map((bucket) => bucket.start)).toEqual(expected);
        const told = (counts: readonly (number | null)[]) => counts.filter((one) => one !== null).sort((a, b) => a - b);
        expect(told(buckets.map((bucket) => bucket.sessionCount))).toEqual([...ours.keys()]);
        expect(told(buckets.map((bucket) => bucket.usersCount))).toEqual([...theirs.keys()]);
        for (const { start, sessionCount, usersCount } of buckets) {
          if (sessionCount !== null) expect(ours[sessionCount]).toBe(start);
          if (usersCount !== null) expect(theirs[usersCount]).toBe(start);
        }
      }),
    );
  });

  test('a part finds its like without moving all others, however many have the same boundaries', () => {
    const alike = (whole: UsageInterval) => Array.from({ length: 1000 }, (_, n) => ({ ...whole, sessionCount: n }));
    const shift = jest.spyOn(Array.prototype, 'shift');
    try {
      const { buckets } = mergeReports(
        { ...usage, buckets: alike(usage.current) },
        { ...interventions, buckets: alike(usage.current) },
      );
      expect(buckets.map((bucket) => bucket.sessionCount)).toEqual([...Array(1000).keys()]);
      expect(shift).not.toHaveBeenCalled();
    } finally {
      shift.mockRestore();
    }
  });

  test('a previous time that only one of them sends is that one’s', () => {
    expect(mergeReports({ ...usage, previous: null }, interventions).previous).toEqual(interventions.previous);
    expect(mergeReports(usage, { ...interventions, previous: null }).previous).toEqual(usage.previous);
  });
});

test.each([
  ['2020-04-01', '01/04/2020'],
  ['2024-02-29', '29/02/2024'],
  ['2023-12-31', '31/12/2023'],
])('%s is written day first: %s', (date, written) => {
  expect(formatVendorDate(date)).toBe(written);
});
