import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import {
  during,
  freshResult,
  NOW,
  period,
  rejectNotFound,
  vendorError,
  withJane,
} from '../../test/support/gather-harness.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { DAY, HOUR } from '../domain/time.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { currentStatus, statusPeriods, timeInStatus } from './status-periods.ts';

describe('statusPeriods', () => {
  const periods = (account: string, ...starts: readonly number[]) => ({
    statusPeriods: () =>
      Promise.resolve(
        freshResult(
          account,
          starts.map((start) => period(account, NOW - DAY + start)),
        ),
      ),
  });

  test('returns the periods of several accounts in the order of their start', async () => {
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

  test('continues after a cursor', async () => {
    const { context, jane } = withJane(periods('first', 1, 3), periods('second', 2));
    const page = await statusPeriods(context, jane, { during, first: 2 });
    expect(page).toMatchObject({ hasNextPage: true, totalCount: 3 });
    const next = await statusPeriods(context, jane, { during, first: 2, after: page?.cursors()[1] ?? '' });
    expect(next?.nodes.map(({ start }) => start - NOW + DAY)).toEqual([3]);
  });

  test('returns null, not an empty page, for an agent without such an account and where none of them is listed', async () => {
    const { context, jane, unlinked } = withJane(periods('first', 1));
    expect(await statusPeriods(context, unlinked, { during, first: 500 })).toBeNull();
    expect(await statusPeriods(context, jane, { during, first: 500, accounts: ['mute'] })).toBeNull();
    expect(await statusPeriods(context, jane, { during, first: 500, accounts: [] })).toBeNull();
  });

  test('returns an empty page where the vendor returns no periods', async () => {
    const { context, jane } = withJane(periods('first'));
    expect(await statusPeriods(context, jane, { during, first: 500 })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  test('returns the periods of one account only, where it is listed', async () => {
    const { context, jane } = withJane(periods('first', 1), periods('second', 2));
    const page = await statusPeriods(context, jane, { during, first: 500, accounts: ['second'] });
    expect(page?.nodes.map(({ account }) => account)).toEqual(['second']);
  });

  test.each<[string, Partial<Parameters<typeof statusPeriods>[2]>, string]>([
    ['a range that ends where it begins', { during: { from: NOW, to: NOW } }, 'during'],
    ['a range that ends before it begins', { during: { from: NOW, to: NOW - 1 } }, 'during'],
    [
      'a range of more than 31 days and 2 hours',
      { during: { from: NOW - 31 * DAY - 2 * HOUR - 1, to: NOW } },
      'during',
    ],
    ['a page size above 10000', { first: 10_001 }, 'first'],
    ['a negative page size', { first: -1 }, 'first'],
    ['an unknown account', { accounts: ['first', 'third'] }, 'accounts'],
  ])('rejects %s without a vendor call', async (_name, args, argument) => {
    let calls = 0;
    const { context, jane } = withJane({
      statusPeriods: () => Promise.resolve(freshResult('first', [])).finally(() => (calls += 1)),
    });
    const error = await rejectionOf(statusPeriods(context, jane, { during, first: 500, ...args }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument });
    expect(calls).toBe(0);
  });

  test('accepts the limits themselves', async () => {
    const { context, jane } = withJane(periods('first', 1));
    for (const args of [{ first: 10_000 }, { first: 0 }, { during: { from: NOW - 31 * DAY - 2 * HOUR, to: NOW } }]) {
      expect(await statusPeriods(context, jane, { during, first: 500, ...args })).not.toBeNull();
    }
  });
});

describe('timeInStatus', () => {
  const hours = (account: string, ...starts: readonly number[]) => ({
    statusPeriods: () =>
      Promise.resolve(
        freshResult(
          account,
          starts.map((at) => period(account, NOW - DAY + at * HOUR, { end: NOW - DAY + (at + 1) * HOUR })),
        ),
      ),
  });

  test('sums up the time per account', async () => {
    const { context, jane } = withJane(hours('first', 1, 2), hours('second', 1));
    expect(await timeInStatus(context, jane, { during })).toEqual([
      { account: 'first', status: 'AVAILABLE', seconds: 7200, periods: 2, ...during, complete: true },
      { account: 'second', status: 'AVAILABLE', seconds: 3600, periods: 1, ...during, complete: true },
    ]);
  });

  test.each<[string, AccountDataSource, string]>([
    ['fails', { statusPeriods: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) }, 'VENDOR_TIMEOUT'],
    ['does not know the agent', { statusPeriods: rejectNotFound('second') }, 'NOT_FOUND'],
    [
      'serves a stale result',
      {
        statusPeriods: () =>
          Promise.resolve(
            freshResult('second', [], { outcome: 'STALE', error: vendorError('second', 'VENDOR_UNAVAILABLE') }),
          ),
      },
      'VENDOR_UNAVAILABLE',
    ],
    [
      'returns a part without a reason',
      { statusPeriods: () => Promise.resolve(freshResult('second', [], { outcome: 'PARTIAL' })) },
      'VENDOR_BAD_RESPONSE',
    ],
  ])('rejects where a part of the total is missing: one account %s', async (_name, second, code) => {
    const { context, jane } = withJane(hours('first', 1), second);
    expect(await rejectionOf(timeInStatus(context, jane, { during }))).toMatchObject({ code, account: 'second' });
  });

  const unwritten = vendorError('second', 'VENDOR_UNAVAILABLE', { reason: 'not_yet_written', retryAfterSeconds: 9 });
  const lagging: AccountDataSource = {
    statusPeriods: () => Promise.resolve(freshResult('second', [], { outcome: 'PARTIAL', error: unwritten })),
  };

  test('names the complete accounts and the field with the known part, in an error that is otherwise the source’s', async () => {
    const { context, jane } = withJane(hours('first', 1), lagging);
    const error = await rejectionOf(timeInStatus(context, jane, { during }));
    expect(error).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      account: 'second',
      reason: 'not_yet_written',
      retryAfterSeconds: 9,
    });
    expect((error as Error).message).toBe(
      'second says VENDOR_UNAVAILABLE. statusTotals returns what is known, with what is complete; accounts: ["first"] gives the complete totals.',
    );
  });

  test('names no account where none is complete', async () => {
    const { context, jane } = withJane(hours('first', 1), lagging);
    const error = await rejectionOf(timeInStatus(context, jane, { during, accounts: ['second'] }));
    expect((error as Error).message).toBe(
      'second says VENDOR_UNAVAILABLE. statusTotals returns what is known, with what is complete.',
    );
  });

  test('returns the totals of the complete accounts where only these are listed', async () => {
    const failing = { statusPeriods: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) };
    const { context, jane } = withJane(hours('first', 1), failing);
    expect(await timeInStatus(context, jane, { during, accounts: ['first'] })).toHaveLength(1);
  });

  test('returns null for an agent without such an account, and an empty list where the vendor has no periods', async () => {
    const { context, jane, unlinked } = withJane(hours('first'));
    expect(await timeInStatus(context, unlinked, { during })).toBeNull();
    expect(await timeInStatus(context, jane, { during })).toEqual([]);
  });
});

describe('currentStatus', () => {
  const now = (account: string, start: number | null) => ({
    currentStatus: () =>
      Promise.resolve(
        freshResult(account, start === null ? null : period(account, start, { end: null, isOngoing: true })),
      ),
  });

  test('returns the ongoing period that began last', async () => {
    const { context, jane } = withJane(now('first', NOW - 10), now('second', NOW - 5));
    expect(await currentStatus(context, jane)).toMatchObject({ account: 'second', start: NOW - 5 });
    const other = withJane(now('first', NOW - 5), now('second', NOW - 10));
    expect(await currentStatus(other.context, other.jane)).toMatchObject({ account: 'first' });
  });

  test('returns the first account’s period where two began at the same time', async () => {
    const { context, jane } = withJane(now('first', NOW), now('second', NOW));
    expect(await currentStatus(context, jane)).toMatchObject({ account: 'first' });
  });

  test('returns null where no period is ongoing, the agent is unknown, or no account supports it', async () => {
    const { context, jane, unlinked } = withJane(now('first', null), { currentStatus: rejectNotFound('second') });
    expect(await currentStatus(context, jane)).toBeNull();
    expect(await currentStatus(context, unlinked)).toBeNull();
  });

  const lacking = (outcome: 'PARTIAL' | 'STALE' | 'UNSUPPORTED') => ({
    currentStatus: () => Promise.resolve(freshResult('second', null, { outcome })),
  });
  const failing = { currentStatus: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) };

  test.each<[string, AccountDataSource, object | null]>([
    ['returns a part', lacking('PARTIAL'), { code: 'VENDOR_BAD_RESPONSE', account: 'second' }],
    ['fails', failing, { code: 'VENDOR_TIMEOUT', account: 'second' }],
    ['serves a stale result', lacking('STALE'), null],
    ['does not support the read', lacking('UNSUPPORTED'), null],
  ])('decides between null and an error where no period is ongoing and an account %s', async (_what, second, error) => {
    const { context, jane } = withJane(now('first', null), second);
    const status = currentStatus(context, jane);
    if (error) expect(await rejectionOf(status)).toMatchObject(error);
    else expect(await status).toBeNull();
    const ongoing = withJane(now('first', NOW), second);
    expect(await currentStatus(ongoing.context, ongoing.jane)).toMatchObject({ account: 'first' });
  });

  test('returns an ongoing period although another account fails', async () => {
    const fails = { currentStatus: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) };
    const one = withJane(fails, now('second', NOW));
    expect(await currentStatus(one.context, one.jane)).toMatchObject({ account: 'second' });
    const all = withJane(fails);
    expect(await rejectionOf(currentStatus(all.context, all.jane))).toMatchObject({ code: 'VENDOR_TIMEOUT' });
  });
});
