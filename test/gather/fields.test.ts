import { describe, expect, test } from '@jest/globals';
import { InvalidInput } from '../../src/domain/invalid-input.ts';
import { DAY, HOUR } from '../../src/domain/time.ts';
import type { UsageStats } from '../../src/domain/usage.ts';
import { latestInteractions } from '../../src/gather/interactions.ts';
import { sessionOf, sessions } from '../../src/gather/sessions.ts';
import { currentStatus, statusPeriods, timeInStatus } from '../../src/gather/status-periods.ts';
import { usageStats } from '../../src/gather/usage-stats.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { entry } from '../directory/support.ts';
import { rejection } from '../support/caught.ts';
import { NOW, agentNamed, fakeHouse, fresh, interaction, period, session, vendorError } from './support.ts';

const during = { from: NOW - DAY, to: NOW };

/** Jane, who is known to two accounts with these sources, in this order, and to one that knows nothing. */
function open(first: Sources, second: Sources = {}) {
  const accounts = { first: 'jane', second: 'jane', mute: 'jane' };
  const house = fakeHouse(
    [entry('jane', { accounts }), entry('stranger')],
    [
      { name: 'first', vendor: 'KORE', sources: first },
      { name: 'second', vendor: 'LIVEPERSON', sources: second },
      { name: 'mute', vendor: 'VONAGE', sources: {} },
    ],
  );
  const desk = house.desk();
  return { desk, jane: agentNamed(desk, 'jane'), stranger: agentNamed(desk, 'stranger') };
}

const unknownAgent = (account: string) => () => Promise.reject(vendorError(account, 'NOT_FOUND'));

describe('status periods', () => {
  const periods = (account: string, ...starts: readonly number[]) => ({
    statusPeriods: () =>
      Promise.resolve(
        fresh(
          account,
          starts.map((start) => period(account, NOW - DAY + start)),
        ),
      ),
  });

  test('of several accounts are put in order by their start', async () => {
    const { desk, jane } = open(periods('first', 1, 3), periods('second', 2, 3, 4));
    const page = await statusPeriods(desk, jane, { during, first: 500 });
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
    const { desk, jane } = open(periods('first', 1, 3), periods('second', 2));
    const page = await statusPeriods(desk, jane, { during, first: 2 });
    expect(page).toMatchObject({ hasNextPage: true, totalCount: 3 });
    const next = await statusPeriods(desk, jane, { during, first: 2, after: page?.cursors[1] ?? '' });
    expect(next?.nodes.map(({ start }) => start - NOW + DAY)).toEqual([3]);
  });

  test('are null, not empty, for an agent without such an account, and when none of them is asked for', async () => {
    const { desk, jane, stranger } = open(periods('first', 1));
    expect(await statusPeriods(desk, stranger, { during, first: 500 })).toBeNull();
    expect(await statusPeriods(desk, jane, { during, first: 500, accounts: ['mute'] })).toBeNull();
    expect(await statusPeriods(desk, jane, { during, first: 500, accounts: [] })).toBeNull();
  });

  test('are empty where the vendor answers: nothing', async () => {
    const { desk, jane } = open(periods('first'));
    expect(await statusPeriods(desk, jane, { during, first: 500 })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  test('of one account only, if asked for', async () => {
    const { desk, jane } = open(periods('first', 1), periods('second', 2));
    const page = await statusPeriods(desk, jane, { during, first: 500, accounts: ['second'] });
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
    const { desk, jane } = open({
      statusPeriods: () => Promise.resolve(fresh('first', [])).finally(() => (calls += 1)),
    });
    const error = await rejection(statusPeriods(desk, jane, { during, first: 500, ...args }));
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({ argument });
    expect(calls).toBe(0);
  });

  test('the limits themselves are allowed', async () => {
    const { desk, jane } = open(periods('first', 1));
    for (const args of [{ first: 10_000 }, { first: 0 }, { during: { from: NOW - 31 * DAY, to: NOW } }]) {
      expect(await statusPeriods(desk, jane, { during, first: 500, ...args })).not.toBeNull();
    }
  });
});

describe('time in status', () => {
  const hours = (account: string, ...starts: readonly number[]) => ({
    statusPeriods: () =>
      Promise.resolve(
        fresh(
          account,
          starts.map((at) => period(account, NOW - DAY + at * HOUR, { end: NOW - DAY + (at + 1) * HOUR })),
        ),
      ),
  });

  test('is added up account by account', async () => {
    const { desk, jane } = open(hours('first', 1, 2), hours('second', 1));
    expect(await timeInStatus(desk, jane, { during })).toEqual([
      { account: 'first', status: 'AVAILABLE', seconds: 7200, periods: 2 },
      { account: 'second', status: 'AVAILABLE', seconds: 3600, periods: 1 },
    ]);
  });

  test.each<[string, Sources, string]>([
    ['fails', { statusPeriods: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) }, 'VENDOR_TIMEOUT'],
    ['knows no such agent', { statusPeriods: unknownAgent('second') }, 'NOT_FOUND'],
    [
      'serves an older answer',
      {
        statusPeriods: () =>
          Promise.resolve(
            fresh('second', [], { outcome: 'STALE', error: vendorError('second', 'VENDOR_UNAVAILABLE') }),
          ),
      },
      'VENDOR_UNAVAILABLE',
    ],
    [
      'gives a part, without saying why',
      { statusPeriods: () => Promise.resolve(fresh('second', [], { outcome: 'PARTIAL' })) },
      'VENDOR_BAD_RESPONSE',
    ],
  ])('a total that misses a part is no total: one account %s', async (_name, second, code) => {
    const { desk, jane } = open(hours('first', 1), second);
    expect(await rejection(timeInStatus(desk, jane, { during }))).toMatchObject({ code, account: 'second' });
  });

  test('of the whole accounts alone can be asked for', async () => {
    const failing = { statusPeriods: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) };
    const { desk, jane } = open(hours('first', 1), failing);
    expect(await timeInStatus(desk, jane, { during, accounts: ['first'] })).toHaveLength(1);
  });

  test('is null for an agent without such an account, and empty where the vendor knows of nothing', async () => {
    const { desk, jane, stranger } = open(hours('first'));
    expect(await timeInStatus(desk, stranger, { during })).toBeNull();
    expect(await timeInStatus(desk, jane, { during })).toEqual([]);
  });
});

describe('the current status', () => {
  const now = (account: string, start: number | null) => ({
    currentStatus: () =>
      Promise.resolve(fresh(account, start === null ? null : period(account, start, { end: null, isOngoing: true }))),
  });

  test('is the ongoing period that began last', async () => {
    const { desk, jane } = open(now('first', NOW - 10), now('second', NOW - 5));
    expect(await currentStatus(desk, jane)).toMatchObject({ account: 'second', start: NOW - 5 });
    const other = open(now('first', NOW - 5), now('second', NOW - 10));
    expect(await currentStatus(other.desk, other.jane)).toMatchObject({ account: 'first' });
  });

  test('of two that began together is that of the first account', async () => {
    const { desk, jane } = open(now('first', NOW), now('second', NOW));
    expect(await currentStatus(desk, jane)).toMatchObject({ account: 'first' });
  });

  test('is null where nothing is ongoing, the agent is not known, or no account could tell', async () => {
    const { desk, jane, stranger } = open(now('first', null), { currentStatus: unknownAgent('second') });
    expect(await currentStatus(desk, jane)).toBeNull();
    expect(await currentStatus(desk, stranger)).toBeNull();
  });

  const lacking = (outcome: 'PARTIAL' | 'STALE' | 'UNSUPPORTED') => ({
    currentStatus: () => Promise.resolve(fresh('second', null, { outcome })),
  });
  const failing = { currentStatus: () => Promise.reject(vendorError('second', 'VENDOR_TIMEOUT')) };

  test.each<[string, Sources, object | null]>([
    ['could not be read whole', lacking('PARTIAL'), { code: 'VENDOR_BAD_RESPONSE', account: 'second' }],
    ['fails', failing, { code: 'VENDOR_TIMEOUT', account: 'second' }],
    ['answers from memory', lacking('STALE'), null],
    ['cannot tell', lacking('UNSUPPORTED'), null],
  ])('where nothing seems to be ongoing, but an account %s', async (_what, second, error) => {
    const { desk, jane } = open(now('first', null), second);
    const status = currentStatus(desk, jane);
    if (error) expect(await rejection(status)).toMatchObject(error);
    else expect(await status).toBeNull();
    const ongoing = open(now('first', NOW), second);
    expect(await currentStatus(ongoing.desk, ongoing.jane)).toMatchObject({ account: 'first' });
  });

  test('is no error as long as an account tells of one', async () => {
    const fails = { currentStatus: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) };
    const one = open(fails, now('second', NOW));
    expect(await currentStatus(one.desk, one.jane)).toMatchObject({ account: 'second' });
    const all = open(fails);
    expect(await rejection(currentStatus(all.desk, all.jane))).toMatchObject({ code: 'VENDOR_TIMEOUT' });
  });
});

describe('sessions', () => {
  test('of several accounts are put in order by their first event', async () => {
    const first = [session('first', 'a', NOW - 30, NOW - 20), session('first', 'b', NOW - 10, NOW)];
    const second = [session('second', 'c', NOW - 20, NOW)];
    const { desk, jane } = open(
      { sessions: () => Promise.resolve(fresh('first', first)) },
      { sessions: () => Promise.resolve(fresh('second', second)) },
    );
    const page = await sessions(desk, jane, { during, first: 100 });
    expect(page?.nodes.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['a', 'c', 'b']);
    const next = await sessions(desk, jane, { during, first: 100, after: page?.cursors[0] ?? '' });
    expect(next?.nodes.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['c', 'b']);
  });

  test('are null where no account tells of any', async () => {
    const { desk, jane } = open({});
    expect(await sessions(desk, jane, { during, first: 100 })).toBeNull();
  });

  test('a period’s own is the one that came with it', () => {
    const whole = session('first', 'a', NOW - 30, NOW - 20);
    const { desk } = open({ sessionOf: ({ sessionId }) => (sessionId === 'a' ? whole : null) });
    expect(sessionOf(desk, period('first', NOW, { sessionId: 'a' }))).toBe(whole);
    expect(sessionOf(desk, period('second', NOW))).toBeNull();
  });
});

describe('latest interactions', () => {
  const gives = (account: string, ...guids: readonly string[]) => ({
    latestInteractions: () =>
      Promise.resolve(
        fresh(
          account,
          guids.map((guid, index) => interaction(account, guid, NOW + index)),
        ),
      ),
  });

  test('keep the vendor’s order, one account after another', async () => {
    const { desk, jane } = open(gives('first', 'b', 'a'), gives('second', 'c'));
    const page = await latestInteractions(desk, jane, { size: 5 });
    expect(page?.nodes.map(({ guid }) => guid)).toEqual(['b', 'a', 'c']);
    expect(new Set(page?.cursors).size).toBe(3);
    expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: false, totalCount: 3 });
  });

  test('are asked for as the caller says, and nulls where nothing is said', async () => {
    const asked: unknown[] = [];
    const sources: Sources = {
      latestInteractions: (ref, query) => {
        asked.push([ref, query]);
        return Promise.resolve(fresh('first', []));
      },
    };
    const { desk, jane } = open(sources);
    await latestInteractions(desk, jane, { size: 1 });
    await latestInteractions(desk, jane, { size: 100, type: 'PHONE', activeLiveFirst: true, accounts: ['first'] });
    expect(asked).toEqual([
      ['jane', { size: 1, type: null, activeLiveFirst: null }],
      ['jane', { size: 100, type: 'PHONE', activeLiveFirst: true }],
    ]);
  });

  test.each([0, -1, 101])('%i at once is refused', async (size) => {
    const { desk, jane } = open(gives('first', 'a'));
    expect(await rejection(latestInteractions(desk, jane, { size }))).toMatchObject({ argument: 'size' });
  });

  test('are empty and not whole where the vendor knows no such agent', async () => {
    const { desk, jane } = open({ latestInteractions: unknownAgent('first') });
    expect(await latestInteractions(desk, jane, { size: 1 })).toMatchObject({
      nodes: [],
      sources: [{ outcome: 'FAILED', error: { code: 'NOT_FOUND' } }],
    });
  });
});

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
    const { desk, jane } = open({}, sources);
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
    const { desk, jane } = open(sources);
    await usageStats(desk, jane, { from: '2026-11-01', to: '2026-11-01', timeZone: null }, () => parts);
    expect(zones).toEqual(['UTC']);
  });

  test('is null for an agent without such an account, and an error when it fails or the bot is not known', async () => {
    const { desk, jane, stranger } = open({ usageStats: unknownAgent('first') });
    expect(await usageStats(desk, stranger, dates, () => parts)).toBeNull();
    expect(await rejection(usageStats(desk, jane, dates, () => parts))).toMatchObject({
      code: 'NOT_FOUND',
      account: 'first',
    });
    const failing = open({ usageStats: () => Promise.reject(vendorError('first', 'VENDOR_TIMEOUT')) });
    expect(await rejection(usageStats(failing.desk, failing.jane, dates, () => parts))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
  });

  test.each([
    ['days that end before they begin', '2026-11-02', '2026-11-01'],
    ['more than 366 days', '2024-01-01', '2025-01-01'],
  ])('is refused for %s', async (_name, from, to) => {
    const { desk, jane } = open({ usageStats: () => Promise.resolve(fresh('first', stats)) });
    const error = await rejection(usageStats(desk, jane, { from, to, timeZone: 'UTC' }, () => parts));
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({ argument: 'during' });
  });

  test('may span 366 days', async () => {
    const { desk, jane } = open({ usageStats: () => Promise.resolve(fresh('first', stats)) });
    expect(
      await usageStats(desk, jane, { from: '2024-01-01', to: '2024-12-31', timeZone: 'UTC' }, () => parts),
    ).not.toBeNull();
  });
});
