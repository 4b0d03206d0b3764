import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { UsageInterval } from '../../domain/usage-stats.ts';
import { formatVendorDate, mergeReports, toInterventionsReport, toUsageReport, type UsageReport } from './map.ts';
import { interventionsResponseSchema, usageResponseSchema } from './wire.ts';

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
}
const usageSample = usageResponseSchema.parse(sample('usage.json'));
const interventionSample = interventionsResponseSchema.parse(sample('agent-intervention.json'));
const usage = withTotals(toUsageReport(usageSample));
const interventions = withTotals(toInterventionsReport(interventionSample));
function withTotals({ current, ...report }: UsageReport) {
  if (current === null) throw new Error('the sample has totals');
  return { ...report, current };
}
function sum(counts: readonly (number | null)[]): number {
  return counts.reduce<number>((total, item) => total + (item ?? 0), 0);
}

describe('Avaamo’s samples', () => {
  test('maps the totals of usage.json to the requested days', () => {
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

  test('maps the previous interval, which begins a second late and overlaps by an instant', () => {
    expect(usage.previous).toMatchObject({ start: 1586156401000, end: usage.current.start, sessionCount: 15094 });
    expect(usage.previous?.mismatchedAmbiguousMessagesCount).toBe(326);
  });

  test('maps the sample to nine consecutive buckets', () => {
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

  test('truncates bucket boundaries to milliseconds', () => {
    expect(usage.buckets[0]?.end).toBe(1586540399888);
    expect(usage.buckets[2]?.end).toBe(1586617199666);
  });

  test('computes the mismatched ambiguous messages of each bucket from its counts', () => {
    const mismatched = usage.buckets.map((bucket) => bucket.mismatchedAmbiguousMessagesCount);
    expect(mismatched).toEqual([72, 7, 36, 9, 36, 12, 34, 2, 0]);
  });

  test('returns a null success rate for a bucket without messages, and keeps the decimals of the others', () => {
    expect(usage.buckets.at(-1)).toMatchObject({ messagesCount: 0, successRate: null });
    expect(usage.buckets[3]?.successRate).toBe(93.6);
    const zero = { ...usageSample, stats: usageSample.stats.map((part) => ({ ...part, success_rate: 0 })) };
    expect(toUsageReport(zero).buckets.map(({ successRate }) => successRate)).toEqual([
      ...Array<number>(8).fill(0),
      null,
    ]);
  });

  test('returns the success rate of all messages, to two decimals, which does not follow from success_rate_count', () => {
    const rated = [usage.current, usage.previous, ...usage.buckets].filter((item) => item?.successRate != null);
    expect(rated).toHaveLength(10);
    const shares = rated.map((item) => (item?.successfulResponsesCount ?? 0) / (item?.messagesCount ?? 0));
    expect(rated.map((item) => item?.successRate)).toEqual(shares.map((share) => Math.round(share * 1e4) / 100));
  });

  test('keeps the vendor’s totals of distinct counts, not sums of the buckets', () => {
    const merged = mergeReports(usage, interventions);
    expect(sum(merged.buckets.map((bucket) => bucket.sessionCount))).toBe(9321);
    expect(merged.current?.sessionCount).toBe(8123);
    expect(sum(merged.buckets.map((bucket) => bucket.usersCount))).toBe(8958);
    expect(merged.current?.usersCount).toBe(7858);
  });

  test('keeps a total that differs by one from the sum of its buckets', () => {
    expect(sum(usage.buckets.map((bucket) => bucket.messagesCount))).toBe(50139);
    expect(usage.current.messagesCount).toBe(50138);
  });
});

describe('mergeReports', () => {
  test('takes interventions and users from agent_intervention.json, everything else from usage.json', () => {
    const { current, previous, buckets } = mergeReports(usage, interventions);
    expect(current).toEqual({ ...usage.current, interventionsCount: 5, usersCount: 7858 });
    expect(previous).toEqual({ ...usage.previous, interventionsCount: 0, usersCount: 15094 });
    expect(buckets).toHaveLength(9);
    expect(buckets.map((bucket) => bucket.interventionsCount)).toEqual([2, 2, 1, 0, 0, 0, 0, 0, 0]);
    expect(buckets.map((bucket) => bucket.sessionCount)).toEqual(usage.buckets.map((bucket) => bucket.sessionCount));
  });

  test('leaves the fields of a missing report null', () => {
    expect({ ...mergeReports(usage, null), isComplete: true }).toEqual(usage);
    expect({ ...mergeReports(null, interventions), isComplete: true }).toEqual(interventions);
    expect(mergeReports(null, null)).toEqual({ current: null, previous: null, buckets: [] });
  });

  test('keeps buckets with different boundaries separate, in order', () => {
    const shifted = interventions.buckets.map((bucket, index) =>
      index === 4 ? { ...bucket, end: bucket.end - 1 } : bucket,
    );
    const { buckets } = mergeReports(usage, { ...interventions, buckets: shifted });
    expect(buckets).toHaveLength(10);
    expect(buckets[4]).toMatchObject({ usersCount: 1491, sessionCount: null, messagesCount: null });
    expect(buckets[5]).toMatchObject({ usersCount: null, interventionsCount: null, sessionCount: 1491 });
    expect([...buckets].sort((a, b) => a.start - b.start || a.end - b.end)).toEqual(buckets);
  });

  test('sorts buckets by time', () => {
    const backwards = { ...usage, buckets: [...usage.buckets].reverse() };
    expect(mergeReports(backwards, null).buckets).toEqual(usage.buckets);
    expect(mergeReports(backwards, interventions)).toEqual(mergeReports(usage, interventions));
  });

  test('neither loses nor repeats a bucket, whatever the boundaries', () => {
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
        const countOf = (list: readonly number[], start: number) => list.filter((item) => item === start).length;
        const expected = [...new Set([...ours, ...theirs])]
          .sort((a, b) => a - b)
          .flatMap((start) =>
            Array.from({ length: Math.max(countOf(ours, start), countOf(theirs, start)) }, () => start),
          );
        expect(buckets.map((bucket) => bucket.start)).toEqual(expected);
        const knownCounts = (counts: readonly (number | null)[]) =>
          counts.filter((count) => count !== null).sort((a, b) => a - b);
        expect(knownCounts(buckets.map((bucket) => bucket.sessionCount))).toEqual([...ours.keys()]);
        expect(knownCounts(buckets.map((bucket) => bucket.usersCount))).toEqual([...theirs.keys()]);
        for (const { start, sessionCount, usersCount } of buckets) {
          if (sessionCount !== null) expect(ours[sessionCount]).toBe(start);
          if (usersCount !== null) expect(theirs[usersCount]).toBe(start);
        }
      }),
    );
  });

  test('merges many buckets with the same boundaries in linear time', () => {
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

  test('returns a previous interval that only one report has', () => {
    expect(mergeReports({ ...usage, previous: null }, interventions).previous).toEqual(interventions.previous);
    expect(mergeReports(usage, { ...interventions, previous: null }).previous).toEqual(usage.previous);
  });
});

test.each([
  ['2020-04-01', '01/04/2020'],
  ['2024-02-29', '29/02/2024'],
  ['2023-12-31', '31/12/2023'],
])('formatVendorDate writes %s day first: %s', (date, written) => {
  expect(formatVendorDate(date)).toBe(written);
});
