import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromIntervention, fromUsage, merge, vendorDate } from './map.ts';
import { interventionReply, usageReply } from './wire.ts';

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
const usageSample = usageReply.parse(sample('usage.json'));
const interventionSample = interventionReply.parse(sample('agent-intervention.json'));
const usage = fromUsage(usageSample);
const interventions = fromIntervention(interventionSample);
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
    for (const { successRate, successfulResponsesCount, messagesCount } of [usage.current, ...usage.buckets]) {
      if (successRate === null) continue;
      expect(Math.round(((successfulResponsesCount ?? 0) / (messagesCount ?? 0)) * 1e4) / 100).toBe(successRate);
    }
  });

  test('distinct counts are the vendor’s totals, never sums over the parts', () => {
    const merged = merge(usage, interventions);
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
    const { current, previous, buckets } = merge(usage, interventions);
    expect(current).toEqual({ ...usage.current, interventionsCount: 5, usersCount: 7858 });
    expect(previous).toEqual({ ...usage.previous, interventionsCount: 0, usersCount: 15094 });
    expect(buckets).toHaveLength(9);
    expect(buckets.map((bucket) => bucket.interventionsCount)).toEqual([2, 2, 1, 0, 0, 0, 0, 0, 0]);
    expect(buckets.map((bucket) => bucket.sessionCount)).toEqual(usage.buckets.map((bucket) => bucket.sessionCount));
  });

  test('one alone leaves the other’s fields null', () => {
    expect(merge(usage, null)).toEqual(usage);
    expect(merge(null, interventions)).toEqual(interventions);
    expect(merge(null, null)).toEqual({ current: null, previous: null, buckets: [] });
  });

  test('parts whose boundaries differ stand side by side, in order', () => {
    const shifted = interventions.buckets.map((bucket, index) =>
      index === 4 ? { ...bucket, end: bucket.end - 1 } : bucket,
    );
    const { buckets } = merge(usage, { ...interventions, buckets: shifted });
    expect(buckets).toHaveLength(10);
    expect(buckets[4]).toMatchObject({ usersCount: 1491, sessionCount: null, messagesCount: null });
    expect(buckets[5]).toMatchObject({ usersCount: null, interventionsCount: null, sessionCount: 1491 });
    expect([...buckets].sort((a, b) => a.start - b.start || a.end - b.end)).toEqual(buckets);
  });

  test('parts that come in any order stand in that of time', () => {
    const backwards = { ...usage, buckets: [...usage.buckets].reverse() };
    expect(merge(backwards, null).buckets).toEqual(usage.buckets);
    expect(merge(backwards, interventions)).toEqual(merge(usage, interventions));
  });

  test('no part is lost or doubled, however the boundaries fall', () => {
    const starts = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 9 });
    fc.assert(
      fc.property(starts, starts, (ours, theirs) => {
        const at = (start: number) => ({ ...usage.current, start, end: start + 1 });
        const { buckets } = merge(
          { ...usage, buckets: ours.map(at) },
          { ...interventions, buckets: theirs.map((start) => ({ ...interventions.current, start, end: start + 1 })) },
        );
        expect(buckets.map((bucket) => bucket.start)).toEqual([...new Set([...ours, ...theirs])].sort((a, b) => a - b));
        for (const bucket of buckets) {
          expect(bucket.sessionCount !== null).toBe(ours.includes(bucket.start));
          expect(bucket.usersCount !== null).toBe(theirs.includes(bucket.start));
        }
      }),
    );
  });

  test('a previous time that only one of them sends is that one’s', () => {
    expect(merge({ ...usage, previous: null }, interventions).previous).toEqual(interventions.previous);
    expect(merge(usage, { ...interventions, previous: null }).previous).toEqual(usage.previous);
  });
});

describe('answers that are not quite as documented', () => {
  const { aggregate_stats: aggregate } = usageSample;

  test.each([0, 1, 8, 12])('%i parts instead of nine are taken as they come', (length) => {
    const stats = Array.from({ length }, () => aggregate);
    expect(fromUsage(usageReply.parse({ ...usageSample, stats })).buckets).toHaveLength(length);
  });

  test('no parts and no time before', () => {
    const bare = fromUsage(usageReply.parse({ aggregate_stats: aggregate }));
    expect(bare).toMatchObject({ previous: null, buckets: [] });
    const nulls = fromUsage(
      usageReply.parse({ aggregate_stats: aggregate, previous_interval_stats: null, stats: null }),
    );
    expect(nulls).toEqual(bare);
  });

  test('numbers in quotes', () => {
    const quoted = JSON.parse(JSON.stringify(usageSample), (_, value: unknown) =>
      typeof value === 'number' ? String(value) : value,
    ) as unknown;
    expect(fromUsage(usageReply.parse(quoted))).toEqual(usage);
    const round = usageReply.parse({ aggregate_stats: { ...aggregate, success_rate: '91' } });
    expect(fromUsage(round).current.successRate).toBe(91);
  });

  test.each([
    ['messages_count', '12 or so'],
    ['messages_count', 'about 12'],
    ['messages_count', '1.5'],
    ['messages_count', '-12'],
    ['success_rate', '91.22 %'],
    ['success_rate', 'about 91.22'],
    ['start_time', '1586502000 s'],
    ['start_time', 'from 1586502000'],
    // A time in milliseconds.
    ['end_time', '1586847599000'],
    ['messages_count', '9'.repeat(400)],
    ['messages_count', '2147483648'],
    ['success_rate', '9'.repeat(400)],
  ])('%s in quotes with more than a number of its kind, %j: not accepted', (name, value) => {
    expect(usageReply.safeParse({ aggregate_stats: { ...aggregate, [name]: value } }).success).toBe(false);
  });

  test('counts are not negative, and no more than an answer can tell', () => {
    const withCount = (value: unknown) =>
      usageReply.safeParse({ aggregate_stats: { ...aggregate, messages_count: value } }).success;
    expect([0, 2_147_483_647, '2147483647'].map(withCount)).toEqual([true, true, true]);
    expect([-1, 2_147_483_648, 1e30, 0.5].map(withCount)).toEqual([false, false, false, false]);
  });

  test('counts that are not sent are not known', () => {
    const { start_time, end_time } = aggregate;
    const bare = fromUsage(usageReply.parse({ aggregate_stats: { start_time, end_time } })).current;
    expect(bare).toMatchObject({ sessionCount: null, mismatchedAmbiguousMessagesCount: null, successRate: null });
  });

  test.each(['success_rate_count', 'ambiguous_messages_count', 'successful_responses_count'])(
    'without %s the mismatched ones are not known',
    (missing) => {
      const reply = usageReply.parse({ aggregate_stats: { ...aggregate, [missing]: undefined } });
      expect(fromUsage(reply).current.mismatchedAmbiguousMessagesCount).toBeNull();
    },
  );

  test('fields that nobody reads are dropped', () => {
    const reply = usageReply.parse({ ...usageSample, owner: 'x', aggregate_stats: { ...aggregate, secret: 'y' } });
    expect(reply).toEqual(usageSample);
  });

  test.each([
    ['no totals', { stats: [] }],
    ['no boundaries', { aggregate_stats: { session_count: 1 } }],
    ['a count that is none', { aggregate_stats: { ...aggregate, messages_count: 'many' } }],
    ['a count with a fraction', { aggregate_stats: { ...aggregate, messages_count: 1.5 } }],
    ['a time beyond all dates', { aggregate_stats: { ...aggregate, end_time: 1e13 } }],
    ['parts that are no list', { aggregate_stats: aggregate, stats: {} }],
  ])('%s: not accepted', (_, reply) => {
    expect(usageReply.safeParse(reply).success).toBe(false);
  });
});

test.each([
  ['2020-04-01', '01/04/2020'],
  ['2024-02-29', '29/02/2024'],
  ['2023-12-31', '31/12/2023'],
])('%s is written day first: %s', (date, written) => {
  expect(vendorDate(date)).toBe(written);
});
