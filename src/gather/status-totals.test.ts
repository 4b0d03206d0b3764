import { expect, test } from '@jest/globals';
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
import type { SourceReport } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { HOUR, MINUTE } from '../domain/time.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import type { QueryContext } from './query-context.ts';
import { statusTotals, type StatusTotalsArgs } from './status-totals.ts';

const lastTwoHours = { from: NOW - 2 * HOUR, to: NOW };
const HOURS: StatusTotalsArgs = { during: lastTwoHours, interval: 'HOUR', timeZone: 'Asia/Kolkata' };

/** An account that reports these periods. */
function telling(
  account: string,
  periods: readonly StatusPeriod[],
  report: Partial<SourceReport> = {},
): AccountDataSource {
  return { statusPeriods: () => Promise.resolve(freshResult(account, periods, report)) };
}
function failing(account: string): AccountDataSource {
  return { statusPeriods: () => Promise.reject(vendorError(account, 'VENDOR_UNAVAILABLE')) };
}
function hourOf(account: string, fields: Partial<StatusPeriod> = {}): StatusPeriod {
  return period(account, NOW - 90 * MINUTE, { end: NOW - 30 * MINUTE, ...fields });
}
async function read(context: QueryContext, agent: Parameters<typeof statusTotals>[1], args = HOURS) {
  const totals = await statusTotals(context, agent, args);
  return { sources: totals?.sources, hasUnknownEnd: totals?.hasUnknownEnd(), nodes: await totals?.nodes() };
}
function minutesAgo(at: number): number {
  return (NOW - at) / MINUTE;
}

test('adds up the intervals of the zone by account and status', async () => {
  const { context, jane } = withJane(
    telling('first', [hourOf('first')]),
    telling('second', [hourOf('second', { status: 'BUSY' })]),
  );
  const { nodes, sources } = await read(context, jane);
  // Half past in UTC is the full hour in India.
  expect(nodes?.map(({ from, to, ...total }) => ({ ...total, from: minutesAgo(from), to: minutesAgo(to) }))).toEqual([
    { account: 'first', status: 'AVAILABLE', seconds: 1800, periods: 1, complete: true, from: 120, to: 60 },
    { account: 'second', status: 'BUSY', seconds: 1800, periods: 1, complete: true, from: 120, to: 60 },
    { account: 'first', status: 'AVAILABLE', seconds: 1800, periods: 1, complete: true, from: 60, to: 0 },
    { account: 'second', status: 'BUSY', seconds: 1800, periods: 1, complete: true, from: 60, to: 0 },
  ]);
  expect(sources).toMatchObject([{ account: 'first' }, { account: 'second' }]);
});

test('says whether a period may go on beyond what is known of it', async () => {
  for (const isOngoing of [null, true]) {
    const begun = period('first', NOW - 80 * MINUTE, { end: null, isOngoing });
    const { context, jane } = withJane(telling('first', [hourOf('first'), begun]), telling('second', []));
    expect((await read(context, jane)).hasUnknownEnd).toBe(isOngoing === null);
  }
});

test('reports which intervals are complete', async () => {
  const gap = { from: NOW - HOUR, to: NOW };
  const { context, jane } = withJane(
    telling('first', [hourOf('first')], { outcome: 'PARTIAL', incompleteDuring: [gap] }),
    telling('second', [hourOf('second')], { outcome: 'STALE' }),
  );
  const { nodes } = await read(context, jane);
  expect(nodes?.map(({ account, complete }) => [account, complete])).toEqual([
    ['first', true],
    ['second', false],
    ['first', false],
    ['second', false],
  ]);
});

test('has the totals of the other accounts where one fails or knows no such agent', async () => {
  for (const second of [failing('second'), { statusPeriods: rejectNotFound('second') }]) {
    const { context, jane } = withJane(telling('first', [hourOf('first')]), second);
    const { nodes, sources } = await read(context, jane);
    expect(nodes?.map(({ account, complete }) => [account, complete])).toEqual([
      ['first', true],
      ['first', true],
    ]);
    expect(sources).toMatchObject([{ outcome: 'OK' }, { account: 'second', outcome: 'FAILED' }]);
  }
});

test('rejects where all accounts fail', async () => {
  const { context, jane } = withJane(failing('first'), failing('second'));
  expect(await rejectionOf(Promise.resolve(statusTotals(context, jane, HOURS)))).toMatchObject({ account: 'first' });
});

test('is null for an agent without an account that has status periods', async () => {
  const { context, unlinked } = withJane(telling('first', []));
  expect(await statusTotals(context, unlinked, HOURS)).toBeNull();
});

test('reads only the accounts named, and rejects unknown ones and invalid ranges', async () => {
  const { context, jane } = withJane(telling('first', [hourOf('first')]), failing('second'));
  const { sources } = await read(context, jane, { ...HOURS, accounts: ['first'] });
  expect(sources).toMatchObject([{ account: 'first' }]);
  for (const args of [{ accounts: ['nowhere'] }, { during: { from: NOW, to: NOW } }])
    expect(await rejectionOf(Promise.resolve(statusTotals(context, jane, { ...HOURS, ...args })))).toBeInstanceOf(
      InvalidInputError,
    );
});

test('adds up the whole range without an interval, an ongoing period up to now', async () => {
  const ongoing = hourOf('first', { end: null, isOngoing: true });
  const { context, jane } = withJane(telling('first', [ongoing]));
  const { nodes } = await read(context, jane, { during: { from: NOW - HOUR, to: NOW + HOUR }, timeZone: 'UTC' });
  expect(nodes).toMatchObject([{ seconds: 3600, from: NOW - HOUR, to: NOW + HOUR, complete: true }]);
  expect(context.reuse.get()).toBe('none');
});

test('lets a response be reused whose range is over', async () => {
  const { context, jane } = withJane(telling('first', [hourOf('first')]));
  await read(context, jane);
  expect(context.reuse.get()).toBe('lasting');
});

test('computes totals when they are asked for, once, and none beyond the limit of the response', async () => {
  let reads = 0;
  const periods = [hourOf('first')];
  const counted = new Proxy(periods, {
    get: (target, key, receiver) => {
      if (key === 'filter') reads += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  const { context, jane } = withJane(telling('first', counted));
  const totals = await statusTotals(context, jane, { ...HOURS, during });
  expect(reads).toBe(0);
  expect(await totals?.nodes()).toBe(await totals?.nodes());
  expect(reads).toBe(1);
  const full = { ...context, responseObjects: { add: () => false, isWithinLimit: () => false } };
  expect((await read(full, jane)).nodes).toEqual([]);
  expect(reads).toBe(1);
});

test('computes one agent after the other, with turns of the event loop between them', async () => {
  const { context, jane } = withJane(telling('first', [hourOf('first')]));
  let turns = 0;
  const yielder = {
    yieldIfDue: () =>
      new Promise<void>((resolve) =>
        setImmediate(() => {
          resolve(((turns += 1), undefined));
        }),
      ),
  };
  const services = { ...context.services, yielder };
  const all = await Promise.all(Array.from({ length: 5 }, () => read({ ...context, services }, jane)));
  expect(all.map(({ nodes }) => nodes?.length)).toEqual([2, 2, 2, 2, 2]);
  expect(turns).toBe(5);
});
