import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { freshResult, rejectNotFound, vendorError, withJane } from '../../test/support/gather-harness.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import type { UsageStats } from '../domain/usage-stats.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { usageStats } from './usage-stats.ts';

describe('usageStats', () => {
  const dates = { from: '2026-11-01', to: '2026-11-20', timeZone: 'Europe/Berlin' };
  const parts = new Set(['usage'] as const);
  const stats: UsageStats = { account: 'first', ref: 'jane', current: null, previous: null, buckets: [] };

  test('reads the first account that supports it, with the selected parts', async () => {
    const asked: unknown[] = [];
    const sources: AccountDataSource = {
      usageStats: (ref, query) => {
        asked.push([ref, query]);
        return Promise.resolve(freshResult('second', stats));
      },
    };
    const { context, jane } = withJane({}, sources);
    expect(await usageStats(context, jane, dates, () => parts)).toMatchObject({
      ...stats,
      sources: [{ account: 'second' }],
    });
    expect(asked).toEqual([['jane', { during: dates, parts }]]);
  });

  test('uses UTC without a time zone', async () => {
    const zones: string[] = [];
    const sources: AccountDataSource = {
      usageStats: (_ref, query) => {
        zones.push(query.during.timeZone);
        return Promise.resolve(freshResult('first', stats));
      },
    };
    const { context, jane } = withJane(sources);
    await usageStats(context, jane, { from: '2026-11-01', to: '2026-11-01', timeZone: null }, () => parts);
    expect(zones).toEqual(['UTC']);
  });

  test('returns null for an agent without such an account, and rejects when it fails or does not know the bot', async () => {
    const { context, jane, unlinked } = withJane({ usageStats: rejectNotFound('first') });
    expect(await usageStats(context, unlinked, dates, () => parts)).toBeNull();
    expect(await rejectionOf(usageStats(context, jane, dates, () => parts))).toMatchObject({
      code: 'NOT_FOUND',
      account: 'first',
    });
    const failing = withJane({ usageStats: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) });
    expect(await rejectionOf(usageStats(failing.context, failing.jane, dates, () => parts))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
  });

  test.each([
    ['days that end before they begin', '2026-11-02', '2026-11-01'],
    ['more than 366 days', '2024-01-01', '2025-01-01'],
  ])('rejects %s', async (_name, from, to) => {
    const { context, jane } = withJane({ usageStats: () => Promise.resolve(freshResult('first', stats)) });
    const error = await rejectionOf(usageStats(context, jane, { from, to, timeZone: 'UTC' }, () => parts));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument: 'during' });
  });

  test('accepts a range of 366 days', async () => {
    const { context, jane } = withJane({ usageStats: () => Promise.resolve(freshResult('first', stats)) });
    expect(
      await usageStats(context, jane, { from: '2024-01-01', to: '2024-12-31', timeZone: 'UTC' }, () => parts),
    ).not.toBeNull();
  });
});
