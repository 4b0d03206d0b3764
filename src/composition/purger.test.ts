import { expect, test } from '@jest/globals';
import { createTestCache, fetching, namespace } from '../../test/support/cache-harness.ts';
import { manualClock } from '../../test/support/clock.ts';
import { createLocalPurges, type FleetPurges, type OnPurge } from '../cache/fleet-purges.ts';
import { mergeAgents } from '../directory/merge-agents.ts';
import { anonymousCaller } from '../request/caller.ts';
import { kore } from '../vendors/kore/index.ts';
import type { ConnectedAccount } from './connected-account.ts';
import { createPurger } from './purger.ts';

const view = mergeAgents([], [], []);
const by = { caller: anonymousCaller, requestId: 'r-1' };

async function setUp(purges: FleetPurges = createLocalPurges(), unreachedProcesses = 0) {
  const { cache } = createTestCache();
  const context = { signal: new AbortController().signal, record: () => undefined, restrictCache: () => undefined };
  await cache.readMany(namespace, ['a'], context, fetching('A'));
  const forgotten: string[] = [];
  const account = {
    config: { name: 'kore-main' },
    vendor: kore,
    cache,
    adapter: { forgetDerived: () => forgotten.push('kore-main') },
    discovery: { lastAgents: () => null },
  } as unknown as ConnectedAccount;
  const log: unknown[] = [];
  const purged: unknown[] = [];
  const droppedPrefixes: string[] = [];
  const purger = createPurger({
    current: () => ({
      accounts: [account],
      directory: { cached: () => Promise.resolve(null), configured: () => view },
    }),
    connectedAccounts: () => [account],
    purges,
    dropEntries: ({ idPrefix }) => droppedPrefixes.push(idPrefix),
    unreachedProcesses,
    clock: manualClock(Date.parse('2026-11-20T09:30:00Z')),
    logger: { info: (fields, message) => log.push([message, fields]) },
    metrics: { purged: (...args) => purged.push(args) },
    dropResponses: () => 7,
  });
  return { purger, cache, forgotten, log, purged, droppedPrefixes };
}

test('drops entries, what is derived from them, and answers; reports, counts and logs that without the agent', async () => {
  const { purger, forgotten, log, purged } = await setUp();
  const request = { accounts: ['kore-main'], agent: 'jane@example.com', from: 0, to: null };
  expect(await purger.purge(request, by)).toEqual({
    purgedAt: '2026-11-20T09:30:00.000Z',
    accounts: [{ account: 'kore-main', agentKnown: true, endpoints: [{ endpoint: 'agentstatusdetails', entries: 1 }] }],
    responses: 7,
    fleet: { processes: 1, heard: 1, complete: true },
  });
  expect([forgotten, purged]).toEqual([['kore-main'], [['kore-main', 'request']]]);
  expect(log).toEqual([
    [
      'cache purged',
      {
        requestId: 'r-1',
        caller: 'anonymous',
        accounts: ['kore-main'],
        ofOneAgent: true,
        from: '1970-01-01T00:00:00.000Z',
        entries: 1,
        fleet: { processes: 1, heard: 1, complete: true },
      },
    ],
  ]);
});

test('reports whether an agent that it is asked for is known, and nothing of agents that it is not asked for', async () => {
  const { purger, cache } = await setUp();
  cache.purge(() => true);
  const purge = async (agent: string | null) => {
    const { accounts } = await purger.purge({ accounts: ['kore-main'], agent, from: null, to: null }, by);
    return accounts;
  };
  expect(await purge('absent@example.com')).toEqual([{ account: 'kore-main', agentKnown: false, endpoints: [] }]);
  expect(await purge(null)).toEqual([{ account: 'kore-main', endpoints: [] }]);
});

test('counts no responses for a caller who may not use all accounts, since they are of all callers', async () => {
  const { purger } = await setUp();
  const caller = { ...anonymousCaller, accounts: new Set(['kore-main']) };
  const request = { accounts: ['kore-main'], agent: null, from: null, to: null };
  expect(await purger.purge(request, { ...by, caller })).not.toHaveProperty('responses');
});

test('is not complete where other workers have caches of their own', async () => {
  const { purger } = await setUp(createLocalPurges(), 3);
  const { fleet } = await purger.purge({ accounts: ['kore-main'], agent: null, from: null, to: null }, by);
  expect(fleet).toEqual({ processes: 4, heard: 1, complete: false });
});

test('carries out what other processes were asked for, and is silent about what was asked before it started', async () => {
  let purgeElsewhere: OnPurge = () => undefined;
  const { cache, log, purged, droppedPrefixes } = await setUp({
    ...createLocalPurges(),
    onPurge: (listener) => {
      purgeElsewhere = listener;
    },
  });
  purgeElsewhere({ idPrefix: '["other",', agents: null, from: null, to: null }, 'running');
  expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'A' }]);
  // It may be an account that a reload has removed, and another one adds again.
  expect(droppedPrefixes).toEqual(['["other",']);
  const rule = { idPrefix: cache.idPrefix, agents: null, from: null, to: null };
  purgeElsewhere(rule, 'earlier');
  expect([await cache.peek(namespace, ['a']), log]).toEqual([[undefined], []]);
  purgeElsewhere(rule, 'running');
  expect(purged).toEqual([['kore-main', 'fleet']]);
  expect(log).toEqual([['cache purged, as another process was asked to', { account: 'kore-main', entries: 0 }]]);
});
