import { describe, expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { createReader, discovers, jane, joe, namesIn, setUp } from '../../test/support/directory-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { DirectoryEntry } from '../config/settings.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import type { CallRecord } from '../http/types.ts';
import { mergeAgents } from './merge-agents.ts';

describe('Directory.merged', () => {
  test('does not run for Directory.configured, which discovers nothing', () => {
    const { directory, discoveredAccounts } = setUp([directoryEntry('a', { name: 'A' })], { kore: discovers(jane) });
    expect(namesIn(directory.configured(createReader()))).toEqual(['A']);
    expect(discoveredAccounts).toEqual([]);
  });

  test('adds the discovered agents and reports every discovery', async () => {
    const { directory, reports } = setUp([directoryEntry('a', { name: 'A' })], {
      kore: discovers(joe),
      lp: discovers(jane),
    });
    expect(namesIn((await directory.merged(createReader())).view)).toEqual(['A', 'Jane', 'Joe']);
    expect(reports).toMatchObject([
      { account: 'kore', outcome: 'OK' },
      { account: 'lp', outcome: 'OK' },
    ]);
  });

  test('leaves out accounts without discovery', async () => {
    const { directory, discoveredAccounts } = setUp([], { kore: discovers(joe), vcc: null });
    await directory.merged(createReader());
    expect(discoveredAccounts).toEqual(['kore']);
    expect([...directory.discoverableAccounts(createReader())]).toEqual(['kore']);
  });

  test('shares one discovery among concurrent readers', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, discoveredAccounts } = setUp([], { kore: () => answer.promise });
    const readers = [1, 2, 3].map(() => directory.merged(createReader()));
    await flushPromises();
    answer.resolve([jane]);
    const views = await Promise.all(readers);
    expect(discoveredAccounts).toEqual(['kore']);
    expect(new Set(views.map(({ view }) => view)).size).toBe(1);
  });

  test('runs a discovery with a signal and a file budget of its own, independent of the query', async () => {
    const { directory, contexts, clock } = setUp([], { kore: discovers(jane) });
    await directory.merged(createReader());
    const [context] = contexts;
    expect(context?.signal.aborted).toBe(false);
    expect(context?.now).toBe(clock.now());
    expect([context?.takeFileBudget(5), context?.takeFileBudget(500)]).toEqual([5, 100]);
  });

  test('records the calls and the expiry of a discovery on its reader', async () => {
    const call = { account: 'kore', endpoint: 'names', outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 };
    const { directory } = setUp([], {
      kore: (context) => {
        context.record(call as CallRecord);
        context.restrictCache(5000);
        context.restrictCache(7000);
        return Promise.resolve([]);
      },
    });
    const reader = createReader();
    await directory.merged(reader);
    expect(reader.records).toEqual([call]);
    expect(reader.expiries).toEqual([5000]);
  });
});

describe('directory views', () => {
  test('returns the same view as long as discovery returns the same agents', async () => {
    let discovered: readonly DiscoveredAgent[] = [jane];
    const { directory, clock } = setUp([directoryEntry('a')], { kore: () => Promise.resolve(discovered) });
    const first = (await directory.merged(createReader())).view;
    clock.advance(1000);
    discovered = [{ ...jane, aliases: [...jane.aliases] }];
    expect((await directory.merged(createReader())).view).toBe(first);
    expect(directory.configured(createReader())).toBe(directory.configured(createReader()));
  });

  const before = { ...jane, aliases: ['jane'] };
  test.each<[string, readonly DiscoveredAgent[]]>([
    ['a new agent', [before, joe]],
    ['no agent', []],
    ['another name', [{ ...before, name: 'Jane Doe' }]],
    ['another address', [{ ...before, email: 'doe@x.de' }]],
    ['another alias', [{ ...before, aliases: ['jdoe'] }]],
    ['another reference', [{ ...before, ref: '10' }]],
  ])('merges again when discovery returns something else in the same millisecond: %s', async (_name, later) => {
    let discovered: readonly DiscoveredAgent[] = [before];
    const { directory, accounts } = setUp([], { kore: () => Promise.resolve(discovered) });
    await directory.merged(createReader());
    discovered = later;
    const [kore] = accounts;
    const expected = kore && mergeAgents([], accounts, [{ account: kore, agents: later }]);
    const view = (await directory.merged(createReader())).view;
    expect(view.agents).toEqual(expected?.agents);
    // Aliases are not part of an agent, but it is found by them.
    expect(view.byAccount('kore', 'jdoe')).toEqual(expected?.byAccount('kore', 'jdoe'));
  });

  test('returns only what the reader may see, and does not run the discovery of hidden accounts', async () => {
    const entries = [
      directoryEntry('a', { name: 'A', accounts: { lp: '1' } }),
      directoryEntry('b', { name: 'B', accounts: { kore: '2' } }),
    ];
    const { directory, discoveredAccounts } = setUp(entries, { kore: discovers(joe), lp: discovers(jane) });
    const limited = createReader((name) => name === 'kore');
    expect(namesIn((await directory.merged(limited)).view)).toEqual(['B', 'Joe']);
    expect(discoveredAccounts).toEqual(['kore']);
    expect(namesIn((await directory.merged(createReader())).view)).toEqual(['A', 'B', 'Jane', 'Joe']);
    expect(namesIn((await directory.merged(limited)).view)).toEqual(['B', 'Joe']);
    expect(namesIn(directory.configured(limited))).toEqual(['B']);
    expect(namesIn((await directory.merged(createReader(() => false))).view)).toEqual([]);
  });
});

describe('Directory.cached', () => {
  test('returns the same agents as merged, without a discovery', async () => {
    const vendors = { kore: discovers(joe), lp: discovers(jane), vcc: null };
    const { directory, discoveredAccounts } = setUp([directoryEntry('a', { name: 'A' })], vendors, {
      kore: [joe],
      lp: [jane],
    });
    const view = await directory.cached(createReader());
    expect(discoveredAccounts).toEqual([]);
    expect(view?.agents).toEqual((await directory.merged(createReader())).view.agents);
  });

  test('returns null where one account is not cached', async () => {
    const { directory, discoveredAccounts } = setUp(
      [],
      { kore: discovers(joe), lp: discovers(jane) },
      { kore: [joe], lp: null },
    );
    expect(await directory.cached(createReader())).toBeNull();
    expect(discoveredAccounts).toEqual([]);
  });

  test('leaves out an account that cools down after a failure', async () => {
    const fails = () => Promise.reject(new Error('no'));
    const { directory, clock } = setUp([], { kore: fails, lp: discovers(jane) }, { lp: [jane] });
    expect(await directory.cached(createReader())).toBeNull();
    await directory.merged(createReader());
    expect((await directory.cached(createReader()))?.agents.map(({ name }) => name)).toEqual(['Jane']);
    clock.advance(30_000);
    expect(await directory.cached(createReader())).toBeNull();
  });

  test('neither reads nor needs the cache of a hidden account', async () => {
    const entries = [directoryEntry('a', { name: 'A', accounts: { lp: '1' } })];
    const { directory, cacheReads } = setUp(
      entries,
      { kore: discovers(joe), lp: discovers(jane) },
      { kore: [joe], lp: null },
    );
    const view = await directory.cached(createReader((name) => name === 'kore'));
    expect(view?.agents.map(({ name }) => name)).toEqual(['Joe']);
    expect(cacheReads).toEqual(['kore']);
  });
});

describe('Directory.mayBeEnriched', () => {
  const complete = { name: 'Jane', email: 'jane@x.de' };
  test.each<[string, Partial<DirectoryEntry>, boolean]>([
    ['a complete agent linked to every account', { ...complete, accounts: { kore: '1', lp: '9' } }, false],
    ['an account that may contain its address', { ...complete, accounts: { kore: '1' } }, true],
    ['a linked account that may return its name', { email: 'jane@x.de', accounts: { kore: '1', lp: '9' } }, true],
    ['a linked account that may return its address', { name: 'Jane', accounts: { kore: '1', lp: '9' } }, true],
    ['a linked account that may return the address found in another', { name: 'Jane', accounts: { lp: '9' } }, true],
    ['no account that could identify it', { name: 'Bot', accounts: { vcc: '2041' } }, false],
    ['an account that may contain its address, though none is linked', { ...complete, accounts: { vcc: '01' } }, true],
  ])('mayBeEnriched decides for %s', (_name, overrides, expected) => {
    const { directory } = setUp([directoryEntry('jane', overrides)], { kore: discovers(), lp: discovers(), vcc: null });
    const [agent] = directory.configured(createReader()).agents;
    expect(agent && directory.mayBeEnriched(agent, createReader())).toBe(expected);
  });

  test('ignores accounts that the reader may not see', () => {
    const { directory } = setUp([directoryEntry('jane', { ...complete, accounts: { kore: '1' } })], {
      kore: discovers(),
      lp: discovers(),
    });
    const limited = createReader((name) => name === 'kore');
    const [agent] = directory.configured(limited).agents;
    expect(agent && directory.mayBeEnriched(agent, limited)).toBe(false);
  });
});
