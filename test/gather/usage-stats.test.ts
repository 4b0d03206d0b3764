import { describe, expect, test } from '@jest/globals';
import { InvalidInput } from '../../src/domain/invalid-input.ts';
import type { UsageStats } from '../../src/domain/usage.ts';
import { usageStats } from '../../src/gather/usage-stats.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { rejection } from '../support/caught.ts';
import { fresh, unknownAgent, vendorError, withJane } from './support.ts';

describe('usage', () => {
  const dates = { from: '2026-11-01', to: '2026-11-20', timeZone: 'Europe/Berlin' };
  const parts = new Set(['usage'] as const);
  const stats: UsageStats = { account: 'first', ref: 'jane', current: null, previous: null, buckets: [] };

  test('is asked of the first account that has any, with the parts wanted', async () => {
    const asked: unknown[] = [];
    const sources: Sources = {
      usageStats: (ref, query) => {
        asked.push([ref, query]);
        return Promise.resolve(fresh('second', stats));
      },
    };
    const { desk, jane } = withJane({}, sources);
    expect(await usageStats(desk, jane, dates, () => parts)).toMatchObject({
      ...stats,
      sources: [{ account: 'second' }],
    });
    expect(asked).toEqual([['jane', { during: dates, parts }]]);
  });

  test('without a zone is that of UTC', async () => {
    const zones: string[] = [];
    const sources: Sources = {
      usageStats: (_ref, query) => {
        zones.push(query.during.timeZone);
        return Promise.resolve(fresh('first', stats));
      },
    };
    const { desk, jane } = withJane(sources);
    await usageStats(desk, jane, { from: '2026-11-01', to: '2026-11-01', timeZone: null }, () => parts);
    expect(zones).toEqual(['UTC']);
  });

  test('is null for an agent without such an account, and an error when it fails or the bot is not known', async () => {
    const { desk, jane, stranger } = withJane({ usageStats: unknownAgent('first') });
    expect(await usageStats(desk, stranger, dates, () => parts)).toBeNull();
    expect(await rejection(usageStats(desk, jane, dates, () => parts))).toMatchObject({
      code: 'NOT_FOUND',
      account: 'first',
    });
    const failing = withJane({ usageStats: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) });
    expect(await rejection(usageStats(failing.desk, failing.jane, dates, () => parts))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
  });

  test.each([
    ['days that end before they begin', '2026-11-02', '2026-11-01'],
    ['more than 366 days', '2024-01-01', '2025-01-01'],
  ])('is refused for %s', async (_name, from, to) => {
    const { desk, jane } = withJane({ usageStats: () => Promise.resolve(fresh('first', stats)) });
    const error = await rejection(usageStats(desk, jane, { from, to, timeZone: 'UTC' }, () => parts));
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({ argument: 'during' });
  });

  test('may span 366 days', async () => {
    const { desk, jane } = withJane({ usageStats: () => Promise.resolve(fresh('first', stats)) });
    expect(
      await usageStats(desk, jane, { from: '2024-01-01', to: '2024-12-31', timeZone: 'UTC' }, () => parts),
    ).not.toBeNull();
  });
});
