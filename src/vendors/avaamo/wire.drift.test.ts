import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DriftedDocument, driftedDocument } from '../../../test/support/schema-drift.ts';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import type { UsageInterval, UsagePart } from '../../domain/usage-stats.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { avaamo } from './index.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Reply {
  readonly aggregate_stats: Fields;
  readonly previous_interval_stats?: Fields | null;
  readonly stats: readonly Fields[];
}

function sample(name: string) {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')) as Reply;
}
const SAMPLES = { usage: sample('usage.json'), interventions: sample('agent-intervention.json') };
const PARTS: readonly UsagePart[] = ['usage', 'interventions'];

async function read(part: UsagePart, document: unknown) {
  const accountConfig = { name: 'bots', vendor: 'avaamo', baseUrl: 'https://c7.avaamo.com', accessToken: 'token-0123' };
  const harness = connectVendor(avaamo, accountConfig, () => jsonReply(document), {
    ttl: { usageLive: 1, usagePast: 2 },
  });
  const during = { from: '2020-04-10', to: '2020-04-13', timeZone: 'America/Los_Angeles' };
  const pending = harness.createDataSource().usageStats?.('2041', { during, parts: new Set([part]) });
  const result = await Promise.resolve(pending).catch((error: unknown) => error as VendorError);
  return { answer: result, kept: harness.stored };
}

async function readUsage(part: UsagePart, document: unknown) {
  const { answer: result, kept } = await read(part, document);
  if (!result || result instanceof VendorError) throw result ?? new Error('not asked');
  return { ...result, kept };
}

const NAMES: Readonly<Record<string, keyof UsageInterval>> = {
  session_count: 'sessionCount',
  messages_count: 'messagesCount',
  unhandled_messages_count: 'unhandledMessagesCount',
  successful_responses_count: 'successfulResponsesCount',
  ambiguous_messages_count: 'ambiguousMessagesCount',
  success_rate: 'successRate',
  interventions_count: 'interventionsCount',
  users_count: 'usersCount',
  start_time: 'start',
  end_time: 'end',
};

/** The values of an interval with one changed field that were not sent, or that GraphQL cannot return. */
function inventions(
  drifted: UsageInterval | null,
  original: UsageInterval | null,
  field: string,
  sent: unknown,
): readonly string[] {
  return Object.entries(drifted ?? {}).flatMap(([name, value]: [string, number | null]) => {
    if (value === null || value === original?.[name as keyof UsageInterval]) return [];
    // It follows from three of the other counts.
    if (name === 'mismatchedAmbiguousMessagesCount') return value >= 0 && value < 2 ** 31 ? [] : [name];
    const isTime = name === 'start' || name === 'end';
    const isSent = NAMES[field] === name && value === (isTime ? Math.trunc(Number(sent) * 1000) : Number(sent));
    return isSent && (isTime || name === 'successRate' || value < 2 ** 31) ? [] : [name];
  });
}

/** The record that contains the changed value; null if none does. */
function recordAt({ path }: DriftedDocument): {
  readonly list: string;
  readonly index: number;
  readonly field: string;
} {
  const [list = '', ...rest] = path.map(String);
  return list === 'stats'
    ? { list, index: Number(rest[0]), field: rest[1] ?? '' }
    : { list, index: 0, field: rest[0] ?? '' };
}

const FIELDS: Readonly<Record<UsagePart, ReadonlySet<string>>> = {
  usage: new Set([
    ...['session_count', 'messages_count', 'unhandled_messages_count', 'successful_responses_count'],
    ...['ambiguous_messages_count', 'success_rate_count', 'success_rate'],
  ]),
  interventions: new Set(['interventions_count', 'users_count']),
};

/** Whether the changed value is that of a count or a rate, and is none. */
function isUnreadableField(part: UsagePart, drifted: DriftedDocument): boolean {
  const { list, index, field } = recordAt(drifted);
  if (!FIELDS[part].has(field)) return false;
  const records = (drifted.document as Fields)[list];
  const record = (Array.isArray(records) ? records[index] : records) as Fields | null | undefined;
  const value = record?.[field];
  if (value === null || value === undefined) return false;
  const number = typeof value === 'string' && /^\d{1,12}(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return true;
  return field !== 'success_rate' && !(Number.isInteger(number) && number >= 0 && number < 2 ** 31);
}

/** Whether there is an interval: null and `{}` mean that there is none. */
function hasInterval(interval: unknown): boolean {
  if (typeof interval !== 'object') return interval !== undefined;
  return Array.isArray(interval) || Object.keys(interval ?? {}).length > 0;
}

describe.each(PARTS)('a response with one undocumented value: %s', (part) => {
  test('rejects the drifted response, or maps it without invented data and reports missing data', async () => {
    const complete = (await readUsage(part, SAMPLES[part])).data;
    await fc.assert(
      fc.asyncProperty(driftedDocument(SAMPLES[part]), async (drifted) => {
        const { answer: result, kept } = await read(part, drifted.document);
        const { list, index, field } = recordAt(drifted);
        const isSpan = field === '' || field.endsWith('_time');
        if (!result || result instanceof VendorError) {
          expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'contract' });
          // Only the totals, and a value that is not a list, invalidate the response.
          expect(['aggregate_stats', 'stats', ''].includes(list) && (isSpan || list === '')).toBe(true);
          expect(drifted.path[0] === 'stats' && drifted.path.length > 1).toBe(false);
          return;
        }
        const { current, previous, buckets } = result.data;
        const document = drifted.document as Reply;
        const unknownBuckets = buckets.filter((bucket) => !complete.buckets.some((other) => isSame(bucket, other)));
        expect(unknownBuckets.length).toBeLessThan(2);
        const fieldOf = (where: string) => (list === where ? field : '');
        // Without totals, the interval is the requested one.
        const totals = hasInterval(document.aggregate_stats)
          ? inventions(current, complete.current, fieldOf('aggregate_stats'), document.aggregate_stats[field])
          : [];
        const before = document.previous_interval_stats?.[field];
        const earlier = inventions(previous, complete.previous, fieldOf('previous_interval_stats'), before);
        const ofPart = unknownBuckets.flatMap((bucket) =>
          inventions(bucket, complete.buckets[index] ?? null, fieldOf('stats'), document.stats[index]?.[field]),
        );
        expect([...totals, ...earlier, ...ofPart]).toEqual([]);

        const sentParts = Array.isArray(document.stats) ? document.stats.length : 0;
        const missingParts =
          sentParts - buckets.length + (previous === null && hasInterval(document.previous_interval_stats) ? 1 : 0);
        const missing = missingParts + (isUnreadableField(part, drifted) ? 1 : 0);
        expect(missing).toBe(result.sources[0]?.outcome === 'OK' ? 0 : 1);
        expect(missingParts === 0 || isSpan).toBe(true);
        expect(result.sources[0]?.error?.code ?? null).toBe(missing === 0 ? null : 'VENDOR_BAD_RESPONSE');
        expect(kept.map(({ ttlSeconds }) => ttlSeconds)).toEqual([missing === 0 ? 2 : 1]);
      }),
      { numRuns: 1000 },
    );
  });
});

function isSame(drifted: UsageInterval, other: UsageInterval): boolean {
  return Object.entries(drifted).every(([name, value]) => value === other[name as keyof UsageInterval]);
}

describe('unreadable buckets', () => {
  const { usage } = SAMPLES;
  const withParts = (unreadable: number) => ({
    ...usage,
    stats: usage.stats.map((part, index) => (index < unreadable ? { ...part, start_time: 'soon' } : part)),
  });

  test('leaves out and reports one unreadable bucket of nine', async () => {
    const complete = await readUsage('usage', usage);
    const { data, sources } = await readUsage('usage', withParts(1));
    expect(data.buckets).toEqual(complete.data.buckets.slice(1));
    expect(sources).toMatchObject([
      { outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'contract', endpoint: 'usage.json' } },
    ]);
  });

  test('rejects a response with two unreadable buckets of nine', async () => {
    expect((await read('usage', withParts(2))).answer).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'contract',
    });
  });

  test('returns a null previous interval, reported as incomplete, if it is unreadable', async () => {
    const { data, sources } = await readUsage('usage', { ...usage, previous_interval_stats: { start_time: 1 } });
    expect(data.previous).toBeNull();
    expect(data.buckets).toHaveLength(9);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL' }]);
  });
});

test.each([
  ['session_count', 'many'],
  ['messages_count', -4],
  ['success_rate', 'n/a'],
])('returns null for a %s of %j, and reports it', async (field, value) => {
  const { usage } = SAMPLES;
  const { data, sources } = await readUsage('usage', {
    ...usage,
    aggregate_stats: { ...usage.aggregate_stats, [field]: value },
  });
  expect(data.current).toMatchObject({ [NAMES[field] ?? '']: null, successfulResponsesCount: expect.any(Number) });
  expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'contract' } }]);
});
