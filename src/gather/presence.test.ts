import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { freshResult, NOW, period, rejectNotFound, vendorError, withJane } from '../../test/support/gather-harness.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { presence } from './presence.ts';
import { currentStatus } from './status-periods.ts';

type Report = Parameters<typeof freshResult>[2];

function telling(account: string, status: StatusPeriod | null, report: Report = {}): AccountDataSource {
  return { currentStatus: () => Promise.resolve(freshResult(account, status, report)) };
}
function ongoing(account: string, start: number): StatusPeriod {
  return period(account, start, { end: null, isOngoing: true });
}
function failing(account: string): AccountDataSource {
  return { currentStatus: () => Promise.reject(vendorError(account, 'VENDOR_UNAVAILABLE')) };
}

test('returns the ongoing status that began last, the oldest observation, and a report of each account', async () => {
  const { context, jane } = withJane(
    telling('first', ongoing('first', NOW - 10), { fetchedAt: NOW - 3000 }),
    telling('second', ongoing('second', NOW - 5), { fetchedAt: NOW - 9000 }),
  );
  expect(await presence(context, jane)).toMatchObject({
    status: { account: 'second', start: NOW - 5 },
    observedAt: NOW - 9000,
    sources: [
      { account: 'first', outcome: 'OK' },
      { account: 'second', outcome: 'OK' },
    ],
  });
});

test('shows that the status is stale, with its age', async () => {
  const stale = { outcome: 'STALE', fetchedAt: NOW - 590_000, servedFrom: 'CACHE' } as const;
  const { context, jane } = withJane(telling('first', ongoing('first', NOW - 600_000), stale));
  expect(await presence(context, jane)).toMatchObject({ observedAt: NOW - 590_000, sources: [{ outcome: 'STALE' }] });
});

test('returns the presence without a status where none is ongoing', async () => {
  const { context, jane } = withJane(telling('first', null));
  expect(await presence(context, jane)).toMatchObject({ status: null, observedAt: NOW, sources: [{ outcome: 'OK' }] });
});

test('reports a failed account next to one that answers, whether or not a status is ongoing', async () => {
  for (const status of [null, ongoing('first', NOW)]) {
    const { context, jane } = withJane(telling('first', status), failing('second'));
    expect(await presence(context, jane)).toMatchObject({
      status: status && { account: 'first' },
      sources: [{ outcome: 'OK' }, { outcome: 'FAILED', error: { code: 'VENDOR_UNAVAILABLE' } }],
    });
  }
});

test('rejects where every account that can tell fails', async () => {
  const { context, jane } = withJane(failing('first'), failing('second'));
  expect(await rejectionOf(presence(context, jane))).toMatchObject({ code: 'VENDOR_UNAVAILABLE', account: 'first' });
});

test.each<[string, AccountDataSource]>([
  ['the agent has no account that supports it', {}],
  ['no account knows the agent', { currentStatus: rejectNotFound('first') }],
  [
    'the only account does not support the read',
    telling('first', null, { outcome: 'UNSUPPORTED', fetchedAt: null, servedFrom: null }),
  ],
])('returns null where %s', async (_name, first) => {
  const { context, jane } = withJane(first);
  expect(await presence(context, jane)).toBeNull();
});

test('shares its reads with currentStatus', async () => {
  let reads = 0;
  const { context, jane } = withJane({
    currentStatus: () => {
      reads += 1;
      return Promise.resolve(freshResult('first', ongoing('first', NOW)));
    },
  });
  const [status, whole] = await Promise.all([currentStatus(context, jane), presence(context, jane)]);
  expect(reads).toBe(1);
  expect(whole?.status).toBe(status);
});

test('records the age of each source once for each agent, however many fields need it', async () => {
  const { context, jane, liveAges, reports } = withJane(
    telling('first', ongoing('first', NOW - 10), { fetchedAt: NOW - 3000 }),
    telling('second', null, { fetchedAt: NOW + 200 }),
  );
  await Promise.all([presence(context, jane), currentStatus(context, jane)]);
  expect(liveAges).toEqual([
    ['first', 3000],
    ['second', 0],
  ]);
  expect(reports.map(({ account, outcome }) => [account, outcome])).toEqual([
    ['first', 'OK'],
    ['second', 'OK'],
  ]);
});

test('records no age of a source that failed', async () => {
  const { context, jane, liveAges, reports } = withJane(failing('first'));
  await rejectionOf(presence(context, jane));
  expect(liveAges).toEqual([]);
  expect(reports).toMatchObject([{ account: 'first', outcome: 'FAILED' }]);
});
