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
    expect(await usageStats(context, jane, { during: dates }, () => parts)).toMatchObject({
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
    await usageStats(context, jane, { during: { from: '2026-11-01', to: '2026-11-01', timeZone: null } }, () => parts);
    expect(zones).toEqual(['UTC']);
  });

  test('returns null for an agent without such an account, and rejects when it fails or does not know the bot', async () => {
    const { context, jane, unlinked } = withJane({ usageStats: rejectNotFound('first') });
    expect(await usageStats(context, unlinked, { during: dates }, () => parts)).toBeNull();
    expect(await rejectionOf(usageStats(context, jane, { during: dates }, () => parts))).toMatchObject({
      code: 'NOT_FOUND',
      account: 'first',
    });
    const failing = withJane({ usageStats: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) });
    expect(await rejectionOf(usageStats(failing.context, failing.jane, { during: dates }, () => parts))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
  });

  const answering = (account: string): AccountDataSource => ({
    usageStats: () => Promise.resolve(freshResult(account, { ...stats, account })),
  });
  const failing = (account: string): AccountDataSource => ({
    usageStats: () => Promise.reject(vendorError(account, 'VENDOR_TIMEOUT')),
  });

  test.each<[string, AccountDataSource, object]>([
    ['fails', failing('first'), { account: 'first', outcome: 'FAILED', error: { code: 'VENDOR_TIMEOUT' } }],
    [
      'does not know the bot',
      { usageStats: rejectNotFound('first') },
      { account: 'first', outcome: 'FAILED', error: { code: 'NOT_FOUND' } },
    ],
  ])('returns the second account’s statistics where the first %s, and reports both', async (_name, first, report) => {
    const { context, jane } = withJane(first, answering('second'));
    expect(await usageStats(context, jane, { during: dates }, () => parts)).toMatchObject({
      account: 'second',
      sources: [report, { account: 'second', outcome: 'OK' }],
    });
  });

  test('asks no further account once one has answered, and only those that are listed', async () => {
    const { context, jane } = withJane(answering('first'), answering('second'));
    expect(await usageStats(context, jane, { during: dates }, () => parts)).toMatchObject({
      account: 'first',
      sources: [{ account: 'first' }],
    });
    expect(await usageStats(context, jane, { during: dates, accounts: ['second'] }, () => parts)).toMatchObject({
      account: 'second',
      sources: [{ account: 'second' }],
    });
    expect(await usageStats(context, jane, { during: dates, accounts: ['mute'] }, () => parts)).toBeNull();
    const unknown = usageStats(context, jane, { during: dates, accounts: ['third'] }, () => parts);
    expect(await rejectionOf(unknown)).toBeInstanceOf(InvalidInputError);
  });

  test('rejects with the first failure where all accounts fail, rather than with "not found"', async () => {
    const { context, jane } = withJane({ usageStats: rejectNotFound('first') }, failing('second'));
    expect(await rejectionOf(usageStats(context, jane, { during: dates }, () => parts))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
      account: 'second',
    });
  });

  test.each([
    ['days that end before they begin', '2026-11-02', '2026-11-01'],
    ['more than 366 days', '2024-01-01', '2025-01-01'],
  ])('rejects %s', async (_name, from, to) => {
    const { context, jane } = withJane({ usageStats: () => Promise.resolve(freshResult('first', stats)) });
    const error = await rejectionOf(usageStats(context, jane, { during: { from, to } }, () => parts));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument: 'during' });
  });

  test('accepts a range of 366 days', async () => {
    const { context, jane } = withJane({ usageStats: () => Promise.resolve(freshResult('first', stats)) });
    expect(
      await usageStats(context, jane, { during: { from: '2024-01-01', to: '2024-12-31' } }, () => parts),
    ).not.toBeNull();
  });
});
