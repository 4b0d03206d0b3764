import { describe, expect, test } from '@jest/globals';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { DAY, HOUR } from '../domain/time.ts';
import { currentStatus, statusPeriods, timeInStatus } from './status-periods.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import {
  NOW,
  during,
  freshResult,
  period,
  rejectNotFound,
  vendorError,
  withJane,
} from '../../test/support/gather-harness.ts';

describe('status periods', () => {
  const periods = (account: string, ...starts: readonly number[]) => ({
    statusPeriods: () =>
      Promise.resolve(
        freshResult(
          account,
          starts.map((start) => period(account, NOW - DAY + start)),
        ),
      ),
  });

  test('of several accounts are put in order by their start', async () => {
    const { context, jane } = withJane(periods('first', 1, 3), periods('second', 2, 3, 4));
    const page = await statusPeriods(context, jane, { during, first: 500 });
    expect(page?.nodes.map(({ account, start }) => [account, start - NOW + DAY])).toEqual([
      ['first', 1],
      ['second', 2],
      ['first', 3],
      ['second', 3],
      ['second', 4],
    ]);
    expect(page?.sources.map(({ account }) => account)).toEqual(['first', 'second']);
  });

  test('go on behind a cursor', async () => {
    const { context, jane } = withJane(periods('first', 1, 3), periods('second', 2));
    const page = await statusPeriods(context, jane, { during, first: 2 });
    expect(page).toMatchObject({ hasNextPage: true, totalCount: 3 });
    const next = await statusPeriods(context, jane, { during, first: 2, after: page?.cursors[1] ?? '' });
    expect(next?.nodes.map(({ start }) => start - NOW + DAY)).toEqual([3]);
  });

  test('are null, not empty, for an agent without such an account, and when none of them is asked for', async () => {
    const { context, jane, stranger } = withJane(periods('first', 1));
    expect(await statusPeriods(context, stranger, { during, first: 500 })).toBeNull();
    expect(await statusPeriods(context, jane, { during, first: 500, accounts: ['mute'] })).toBeNull();
    expect(await statusPeriods(context, jane, { during, first: 500, accounts: [] })).toBeNull();
  });

  test('are empty where the vendor answers: nothing', async () => {
    const { context, jane } = withJane(periods('first'));
    expect(await statusPeriods(context, jane, { during, first: 500 })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  test('of one account only, if asked for', async () => {
    const { context, jane } = withJane(periods('first', 1), periods('second', 2));
    const page = await statusPeriods(context, jane, { during, first: 500, accounts: ['second'] });
    expect(page?.nodes.map(({ account }) => account)).toEqual(['second']);
  });

  test.each<[string, Partial<Parameters<typeof statusPeriods>[2]>, string]>([
    ['a range that ends where it begins', { during: { from: NOW, to: NOW } }, 'during'],
    ['a range that ends before it begins', { during: { from: NOW, to: NOW - 1 } }, 'during'],
    ['a range of more than 31 days', { during: { from: NOW - 31 * DAY - 1, to: NOW } }, 'during'],
    ['more than 10000', { first: 10_001 }, 'first'],
    ['fewer than none', { first: -1 }, 'first'],
    ['an account that is none', { accounts: ['first', 'third'] }, 'accounts'],
  ])('are refused for %s, and nobody is asked', async (_name, args, argument) => {
    let calls = 0;
    const { context, jane } = withJane({
      statusPeriods: () => Promise.resolve(freshResult('first', [])).finally(() => (calls += 1)),
    });
    const error = await rejectionOf(statusPeriods(context, jane, { during, first: 500, ...args }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument });
    expect(calls).toBe(0);
  });

  test('the limits themselves are allowed', async () => {
    const { context, jane } = withJane(periods('first', 1));
    for (const args of [{ first: 10_000 }, { first: 0 }, { during: { from: NOW - 31 * DAY, to: NOW } }]) {
      expect(await statusPeriods(context, jane, { during, first: 500, ...args })).not.toBeNull();
    }
  });
});

describe('time in status', () => {
  const hours = (account: string, ...starts: readonly number[]) => ({
    statusPeriods: () =>
      Promise.resolve(
        freshResult(
          account,
          starts.map((at) => period(account, NOW - DAY + at * HOUR, { end: NOW - DAY + (at + 1) * HOUR })),
        ),
      ),
  });

  test('is added up account by account', async () => {
    const { context, jane } = withJane(hours('first', 1, 2), hours('second', 1));
    expect(await timeInStatus(context, jane, { during })).toEqual([
      { account: 'first', status: 'AVAILABLE', seconds: 7200, periods: 2 },
      { account: 'second', status: 'AVAILABLE', seconds: 3600, periods: 1 },
    ]);
  });

  test.each<[string, AccountDataSource, string]>([
    ['fails', { statusPeriods: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) }, 'VENDOR_TIMEOUT'],
    ['knows no such agent', { statusPeriods: rejectNotFound('second') }, 'NOT_FOUND'],
    [
      'serves an older answer',
      {
        statusPeriods: () =>
          Promise.resolve(
            freshResult('second', [], { outcome: 'STALE', error: vendorError('second', 'VENDOR_UNAVAILABLE') }),
          ),
      },
      'VENDOR_UNAVAILABLE',
    ],
    [
      'gives a part, without saying why',
      { statusPeriods: () => Promise.resolve(freshResult('second', [], { outcome: 'PARTIAL' })) },
      'VENDOR_BAD_RESPONSE',
    ],
  ])('a total that misses a part is no total: one account %s', async (_name, second, code) => {
    const { context, jane } = withJane(hours('first', 1), second);
    expect(await rejectionOf(timeInStatus(context, jane, { during }))).toMatchObject({ code, account: 'second' });
  });

  test('of the whole accounts alone can be asked for', async () => {
    const failing = { statusPeriods: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) };
    const { context, jane } = withJane(hours('first', 1), failing);
    expect(await timeInStatus(context, jane, { during, accounts: ['first'] })).toHaveLength(1);
  });

  test('is null for an agent without such an account, and empty where the vendor knows of nothing', async () => {
    const { context, jane, stranger } = withJane(hours('first'));
    expect(await timeInStatus(context, stranger, { during })).toBeNull();
    expect(await timeInStatus(context, jane, { during })).toEqual([]);
  });
});

describe('the current status', () => {
  const now = (account: string, start: number | null) => ({
    currentStatus: () =>
      Promise.resolve(
        freshResult(account, start === null ? null : period(account, start, { end: null, isOngoing: true })),
      ),
  });

  test('is the ongoing period that began last', async () => {
    const { context, jane } = withJane(now('first', NOW - 10), now('second', NOW - 5));
    expect(await currentStatus(context, jane)).toMatchObject({ account: 'second', start: NOW - 5 });
    const other = withJane(now('first', NOW - 5), now('second', NOW - 10));
    expect(await currentStatus(other.context, other.jane)).toMatchObject({ account: 'first' });
  });

  test('of two that began together is that of the first account', async () => {
    const { context, jane } = withJane(now('first', NOW), now('second', NOW));
    expect(await currentStatus(context, jane)).toMatchObject({ account: 'first' });
  });

  test('is null where nothing is ongoing, the agent is not known, or no account could tell', async () => {
    const { context, jane, stranger } = withJane(now('first', null), { currentStatus: rejectNotFound('second') });
    expect(await currentStatus(context, jane)).toBeNull();
    expect(await currentStatus(context, stranger)).toBeNull();
  });

  const lacking = (outcome: 'PARTIAL' | 'STALE' | 'UNSUPPORTED') => ({
    currentStatus: () => Promise.resolve(freshResult('second', null, { outcome })),
  });
  const failing = { currentStatus: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) };

  test.each<[string, AccountDataSource, object | null]>([
    ['could not be read whole', lacking('PARTIAL'), { code: 'VENDOR_BAD_RESPONSE', account: 'second' }],
    ['fails', failing, { code: 'VENDOR_TIMEOUT', account: 'second' }],
    ['answers from memory', lacking('STALE'), null],
    ['cannot tell', lacking('UNSUPPORTED'), null],
  ])('where nothing seems to be ongoing, but an account %s', async (_what, second, error) => {
    const { context, jane } = withJane(now('first', null), second);
    const status = currentStatus(context, jane);
    if (error) expect(await rejectionOf(status)).toMatchObject(error);
    else expect(await status).toBeNull();
    const ongoing = withJane(now('first', NOW), second);
    expect(await currentStatus(ongoing.context, ongoing.jane)).toMatchObject({ account: 'first' });
  });

  test('is no error as long as an account tells of one', async () => {
    const fails = { currentStatus: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) };
    const one = withJane(fails, now('second', NOW));
    expect(await currentStatus(one.context, one.jane)).toMatchObject({ account: 'second' });
    const all = withJane(fails);
    expect(await rejectionOf(currentStatus(all.context, all.jane))).toMatchObject({ code: 'VENDOR_TIMEOUT' });
  });
});
