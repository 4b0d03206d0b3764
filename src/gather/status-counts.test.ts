import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import {
  createFakeServices,
  type FakeAccount,
  freshResult,
  NOW,
  period,
  vendorError,
} from '../../test/support/gather-harness.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { MAX_COUNTED_AGENTS, statusCounts } from './status-counts.ts';

type Statuses = Readonly<Record<string, Partial<StatusPeriod> | null | 'fails' | 'partial'>>;

/** An account whose agents have these statuses, in seconds before now; null: none is ongoing. */
function accountOf(name: string, statuses: Statuses, discovered: readonly string[] | null = null): FakeAccount {
  return {
    name,
    vendor: 'KORE',
    sources: {
      currentStatus: (ref) => {
        const status = statuses[ref] ?? null;
        if (status === 'fails') return Promise.reject(vendorError(name, 'VENDOR_TIMEOUT'));
        if (status === 'partial')
          return Promise.resolve(
            freshResult(name, null, { outcome: 'PARTIAL', error: vendorError(name, 'VENDOR_BAD_RESPONSE') }),
          );
        const current = status && period(name, NOW - 1000, { ref, end: null, isOngoing: true, ...status });
        return Promise.resolve(freshResult(name, current));
      },
      ...(discovered && {
        discover: () =>
          Promise.resolve(
            freshResult(
              name,
              discovered.map((ref) => discoveredAgent(ref)),
            ),
          ),
      }),
    },
  };
}

const TEAMS = [{ id: 't', name: 'T' }];
function contextOf(agents: Readonly<Record<string, readonly string[]>>, ...accounts: readonly FakeAccount[]) {
  const entries = Object.entries(agents).map(([id, names]) =>
    directoryEntry(id, {
      ...(id < 'c' && { team: 't' }),
      accounts: Object.fromEntries(names.map((name) => [name, id])),
    }),
  );
  return createFakeServices(entries, [...accounts, { name: 'mute', vendor: 'VONAGE', sources: {} }], TEAMS);
}

test('counts the agents by status and label, each once, with the earliest start', async () => {
  const { createContext } = contextOf(
    { a: ['kore'], b: ['kore', 'second'], c: ['kore'], d: ['kore'], e: ['mute'], f: [] },
    accountOf('kore', {
      a: { start: NOW - 9000 },
      b: { status: 'BUSY', start: NOW - 5000 },
      c: { status: 'AWAY', label: 'Lunch' },
      d: null,
    }),
    accountOf('second', { b: { start: NOW - 3000 } }),
  );
  expect(await statusCounts(createContext(), {})).toMatchObject({
    total: 6,
    counts: [
      { status: 'AVAILABLE', label: null, count: 2, longestSince: NOW - 9000 },
      { status: 'AWAY', label: 'Lunch', count: 1, longestSince: NOW - 1000 },
    ],
    withoutStatus: 3,
    unknown: 0,
    observedAt: NOW,
    sources: [
      { account: 'kore', outcome: 'OK' },
      { account: 'second', outcome: 'OK' },
    ],
  });
});

test('counts agents as unknown whose account cannot be read', async () => {
  const { createContext } = contextOf(
    { a: ['kore'], b: ['kore', 'second'], c: ['kore', 'second'], d: ['kore'], e: ['kore', 'second'] },
    accountOf('kore', { a: {}, b: 'fails', c: 'fails', d: 'partial', e: {} }),
    accountOf('second', { b: null, c: 'fails', e: 'fails' }),
  );
  expect(await statusCounts(createContext(), {})).toMatchObject({
    total: 5,
    counts: [{ status: 'AVAILABLE', count: 2 }],
    withoutStatus: 0,
    unknown: 3,
    sources: [
      { account: 'kore', outcome: 'PARTIAL', error: { code: 'VENDOR_TIMEOUT' } },
      { account: 'second', outcome: 'PARTIAL' },
    ],
  });
});

test('rejects only where every source fails, whatever agents without such an account there are', async () => {
  const agents = { a: ['kore'], b: ['kore', 'second'], c: ['mute'] };
  const failing = accountOf('kore', { a: 'fails', b: 'fails' });
  const all = contextOf(agents, failing, accountOf('second', { b: 'fails' }));
  expect(await rejectionOf(Promise.resolve(statusCounts(all.createContext(), {})))).toMatchObject({
    code: 'VENDOR_TIMEOUT',
    account: 'kore',
  });
  const some = contextOf(agents, failing, accountOf('second', { b: null }));
  expect(await statusCounts(some.createContext(), {})).toMatchObject({ total: 3, counts: [], unknown: 2 });
});

test('rejects where no discovery succeeds and no other agent has a status: zero would be a claim', async () => {
  const failing = (name: string): FakeAccount => ({
    ...accountOf(name, {}),
    sources: { ...accountOf(name, {}).sources, discover: () => Promise.reject(vendorError(name, 'VENDOR_TIMEOUT')) },
  });
  const none = contextOf({ a: ['mute'] }, failing('kore'), failing('second'));
  expect(await rejectionOf(Promise.resolve(statusCounts(none.createContext(), {})))).toMatchObject({
    code: 'VENDOR_TIMEOUT',
    account: 'kore',
  });
  const withoutDiscovery = { filter: { kind: 'VIRTUAL' } } as const;
  expect(await statusCounts(none.createContext(), withoutDiscovery)).toMatchObject({ total: 0, sources: [] });
  const some = contextOf({}, failing('kore'), accountOf('second', {}, []));
  expect(await statusCounts(some.createContext(), {})).toMatchObject({
    total: 0,
    sources: [{ outcome: 'FAILED' }, { outcome: 'OK' }],
  });
});

test('counts no agent and has no error where no account can tell', async () => {
  const { createContext } = contextOf({ a: ['mute'] }, accountOf('kore', {}));
  expect(await statusCounts(createContext(), {})).toEqual({
    ...{ total: 1, counts: [], withoutStatus: 1, unknown: 0, observedAt: null, sources: [] },
  });
});

test('reports the age of the oldest observation', async () => {
  const { createContext } = contextOf({ a: ['kore'] }, accountOf('kore', { a: {} }));
  const context = createContext();
  const stale = { outcome: 'STALE', fetchedAt: NOW - 60_000 } as const;
  const dataSource = { currentStatus: () => Promise.resolve(freshResult('kore', null, stale)) };
  expect(await statusCounts({ ...context, dataSource: () => dataSource }, {})).toMatchObject({
    observedAt: NOW - 60_000,
    withoutStatus: 1,
    sources: [{ outcome: 'STALE' }],
  });
});

test('counts discovered agents, with the report of the discovery', async () => {
  const { createContext } = contextOf({ a: ['kore'] }, accountOf('kore', { a: {}, z: {} }, ['z']));
  const { total, counts, sources } = await statusCounts(createContext(), {});
  expect({ total, counts: counts.map(({ count }) => count), sources: sources.length }).toEqual({
    ...{ total: 2, counts: [2], sources: 2 },
  });
});

test('counts a team, for which agents who are only discovered do not matter', async () => {
  const { createContext } = contextOf(
    { a: ['kore'], b: ['kore'], c: ['kore'] },
    accountOf('kore', { a: {}, b: {} }, ['z']),
  );
  expect(await statusCounts(createContext(), { filter: { teams: ['t'] } })).toMatchObject({
    total: 2,
    counts: [{ count: 2 }],
    sources: [{ account: 'kore' }],
  });
});

test('counts for a caller who may use some accounts only what these report', async () => {
  const { createContext } = contextOf(
    { a: ['kore', 'second'], b: ['second'] },
    accountOf('kore', { a: { status: 'BUSY', start: NOW - 5000 } }),
    accountOf('second', { a: {}, b: {} }),
  );
  expect(
    await statusCounts(
      createContext((account) => account === 'kore'),
      {},
    ),
  ).toMatchObject({
    total: 1,
    counts: [{ status: 'BUSY', count: 1 }],
    sources: [{ account: 'kore' }],
  });
});

test('rejects more agents than can be counted, and invalid filters', async () => {
  const entries = Array.from({ length: MAX_COUNTED_AGENTS + 1 }, (_, i) => directoryEntry(`a-${i}`));
  const context = createFakeServices(entries, []).createContext();
  expect(await rejectionOf(Promise.resolve(statusCounts(context, {})))).toMatchObject({ argument: 'filter' });
  const filter = { teams: ['none'] };
  expect(await rejectionOf(Promise.resolve(statusCounts(context, { filter })))).toMatchObject({
    argument: 'filter.teams',
  });
});
