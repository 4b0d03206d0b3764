import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { toUsageReport } from './map.ts';
import { usageResponseSchema } from './wire.ts';

const sample: unknown = JSON.parse(readFileSync(new URL('./fixtures/usage.json', import.meta.url), 'utf8'));
const usageSample = usageResponseSchema.parse(sample);
const usage = toUsageReport(usageSample);

describe('a response that differs from the documents', () => {
  const { aggregate_stats: aggregate } = usageSample;
  if (aggregate === null) throw new Error('the sample has totals');

  test.each([0, 1, 8, 12])('accepts a response with %i buckets instead of nine', (length) => {
    const stats = Array.from({ length }, () => aggregate);
    expect(toUsageReport(usageResponseSchema.parse({ ...usageSample, stats })).buckets).toHaveLength(length);
  });

  test('accepts a response without buckets and previous interval', () => {
    const bare = toUsageReport(usageResponseSchema.parse({ aggregate_stats: aggregate }));
    expect(bare).toMatchObject({ previous: null, buckets: [] });
    const nulls = toUsageReport(
      usageResponseSchema.parse({ aggregate_stats: aggregate, previous_interval_stats: null, stats: null }),
    );
    expect(nulls).toEqual(bare);
  });

  test('accepts a response with numbers in quotes', () => {
    const quoted = JSON.parse(JSON.stringify(usageSample), (_, value: unknown) =>
      typeof value === 'number' ? String(value) : value,
    ) as unknown;
    expect(toUsageReport(usageResponseSchema.parse(quoted))).toEqual(usage);
    const round = usageResponseSchema.parse({ aggregate_stats: { ...aggregate, success_rate: '91' } });
    expect(toUsageReport(round).current?.successRate).toBe(91);
  });

  const withField = (name: string, value: unknown) => ({ aggregate_stats: { ...aggregate, [name]: value } });

  test.each([
    ['messages_count', '12 or so'],
    ['messages_count', 'about 12'],
    ['messages_count', '1.5'],
    ['messages_count', '-12'],
    ['messages_count', '9'.repeat(30)],
    ['messages_count', 1.5],
    ['messages_count', -1],
    ['messages_count', 'many'],
    // Beyond GraphQL's Int.
    ['messages_count', '2147483648'],
    ['messages_count', 2_147_483_648],
    ['messages_count', 1e30],
    ['success_rate', '91.22 %'],
    ['success_rate', 'about 91.22'],
    ['success_rate', 'n/a'],
    ['success_rate', {}],
    ['success_rate', '9'.repeat(30)],
  ])('returns a null %s for the invalid value %j, keeps the rest, and is incomplete', (name, value) => {
    const report = toUsageReport(usageResponseSchema.parse(withField(name, value)));
    const field = name === 'success_rate' ? 'successRate' : 'messagesCount';
    expect(report).toEqual({
      current: { ...usage.current, [field]: null },
      previous: null,
      buckets: [],
      isComplete: false,
    });
  });

  test.each([0, 2_147_483_647, '2147483647'])('accepts %j as a count', (value) => {
    const report = toUsageReport(usageResponseSchema.parse(withField('messages_count', value)));
    expect(report.current?.messagesCount).toBe(Number(value));
  });

  test.each([
    [
      'more than an answer can tell',
      { successful_responses_count: 2_147_483_647, ambiguous_messages_count: 2_147_483_647 },
    ],
    ['fewer than none', { success_rate_count: 2_000_000_000 }],
  ])('returns null mismatched messages if they would be %s', (_, counts) => {
    const report = toUsageReport(usageResponseSchema.parse({ aggregate_stats: { ...aggregate, ...counts } }));
    expect(report.current?.mismatchedAmbiguousMessagesCount).toBeNull();
  });

  test('returns null for missing counts', () => {
    const { start_time, end_time } = aggregate;
    const bare = toUsageReport(usageResponseSchema.parse({ aggregate_stats: { start_time, end_time } })).current;
    expect(bare).toMatchObject({ sessionCount: null, mismatchedAmbiguousMessagesCount: null, successRate: null });
  });

  test.each(['success_rate_count', 'ambiguous_messages_count', 'successful_responses_count'])(
    'returns null mismatched messages if %s is missing or null',
    (missing) => {
      // No count is the sum of the others, so that none of them follows by accident.
      const counts = { successful_responses_count: 10, ambiguous_messages_count: 8, success_rate_count: 5 };
      for (const unknown of [undefined, null]) {
        const reply = usageResponseSchema.parse({ aggregate_stats: { ...aggregate, ...counts, [missing]: unknown } });
        expect(toUsageReport(reply).current?.mismatchedAmbiguousMessagesCount).toBeNull();
      }
    },
  );

  test('drops response fields that are not read', () => {
    const reply = usageResponseSchema.parse({
      ...usageSample,
      owner: 'x',
      aggregate_stats: { ...aggregate, secret: 'y' },
    });
    expect(reply).toEqual(usageSample);
  });

  test.each([
    ['no totals', { stats: [] }],
    ['no boundaries', { aggregate_stats: { session_count: 1 } }],
    ['a time beyond all dates', withField('end_time', 1e13)],
    ['a time beyond the year 9999', withField('end_time', 253_402_300_800)],
    ['a time before the year 1', withField('start_time', -62_135_596_801)],
    ['a time with a word behind it', withField('start_time', '1586502000 s')],
    ['a time with a word before it', withField('start_time', 'from 1586502000')],
    ['a time in milliseconds', withField('end_time', '1586847599000')],
    ['parts that are no list', { aggregate_stats: aggregate, stats: {} }],
  ])('rejects a response with %s', (_, reply) => {
    expect(usageResponseSchema.safeParse(reply).success).toBe(false);
  });
});
