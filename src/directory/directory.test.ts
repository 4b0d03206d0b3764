import { describe, expect, test } from '@jest/globals';
import type { DirectoryEntry } from '../config/settings.ts';
import { mergeAgents } from './merge-agents.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import type { CallRecord } from '../http/types.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createReader, discovers, jane, joe, namesIn, setUp } from '../../test/support/directory-harness.ts';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';

describe('asking the vendors who is there', () => {
  test('is not done for what the configuration says alone', () => {
    const { directory, asked } = setUp([directoryEntry('a', { name: 'A' })], { kore: discovers(jane) });
    expect(namesIn(directory.configured(createReader()))).toEqual(['A']);
    expect(asked).toEqual([]);
  });

  test('adds those whom they name, and tells how it went', async () => {
    const { directory, reports } = setUp([directoryEntry('a', { name: 'A' })], {
      kore: discovers(joe),
      lp: discovers(jane),
    });
    expect(namesIn(await directory.merged(createReader()))).toEqual(['A', 'Jane', 'Joe']);
    expect(reports).toMatchObject([
      { account: 'kore', outcome: 'OK' },
      { account: 'lp', outcome: 'OK' },
    ]);
  });

  test('leaves out accounts that are not to be asked', async () => {
    const { directory, asked } = setUp([], { kore: discovers(joe), vcc: null });
    await directory.merged(createReader());
    expect(asked).toEqual(['kore']);
    expect([...directory.discoverableAccounts(createReader())]).toEqual(['kore']);
  });

  test('at once by several: one question', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, asked } = setUp([], { kore: () => answer.promise });
    const all = [1, 2, 3].map(() => directory.merged(createReader()));
    await flushPromises();
    answer.resolve([jane]);
    const views = await Promise.all(all);
    expect(asked).toEqual(['kore']);
    expect(new Set(views).size).toBe(1);
  });

  test('belongs to no query: it is not cancelled with one, and may download so many files only', async () => {
    const { directory, scopes, clock } = setUp([], { kore: discovers(jane) });
    await directory.merged(createReader());
    const [scope] = scopes;
    expect(scope?.signal.aborted).toBe(false);
    expect(scope?.now).toBe(clock.now());
    expect([scope?.takeFileBudget(5), scope?.takeFileBudget(500)]).toEqual([5, 100]);
  });

  test('tells the one who asked of the calls, and of how long the answer may be kept', async () => {
    const call = { account: 'kore', endpoint: 'names', outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 };
    const { directory } = setUp([], {
      kore: (scope) => {
        scope.record(call as CallRecord);
        scope.restrictCache(5000);
        scope.restrictCache(7000);
        return Promise.resolve([]);
      },
    });
    const one = createReader();
    await directory.merged(one);
    expect(one.records).toEqual([call]);
    expect(one.expiries).toEqual([5000]);
  });
});

describe('views', () => {
  test('are made once as long as the vendors say the same', async () => {
    let says: readonly DiscoveredAgent[] = [jane];
    const { directory, clock } = setUp([directoryEntry('a')], { kore: () => Promise.resolve(says) });
    const first = await directory.merged(createReader());
    clock.advance(1000);
    says = [{ ...jane, aliases: [...jane.aliases] }];
    expect(await directory.merged(createReader())).toBe(first);
    expect(directory.configured(createReader())).toBe(directory.configured(createReader()));
  });

  const before = { ...jane, aliases: ['jane'] };
  test.each<[string, readonly DiscoveredAgent[]]>([
    ['somebody new', [before, joe]],
    ['nobody any more', []],
    ['another name', [{ ...before, name: 'Jane Doe' }]],
    ['another address', [{ ...before, email: 'doe@x.de' }]],
    ['another alias', [{ ...before, aliases: ['jdoe'] }]],
    ['another reference', [{ ...before, ref: '10' }]],
  ])('are made anew when they say something else in the same millisecond: %s', async (_name, later) => {
    let says: readonly DiscoveredAgent[] = [before];
    const { directory, accounts } = setUp([], { kore: () => Promise.resolve(says) });
    await directory.merged(createReader());
    says = later;
    const [kore] = accounts;
    const expected = kore && mergeAgents([], accounts, [{ account: kore, agents: later }]);
    const view = await directory.merged(createReader());
    expect(view.agents).toEqual(expected?.agents);
    // No agent shows its aliases: they are what it is found by.
    expect(view.byAccount('kore', 'jdoe')).toEqual(expected?.byAccount('kore', 'jdoe'));
  });

  test('differ by what the asker may see, and hidden accounts are not even asked', async () => {
    const entries = [
      directoryEntry('a', { name: 'A', accounts: { lp: '1' } }),
      directoryEntry('b', { name: 'B', accounts: { kore: '2' } }),
    ];
    const { directory, asked } = setUp(entries, { kore: discovers(joe), lp: discovers(jane) });
    const mine = createReader((name) => name === 'kore');
    expect(namesIn(await directory.merged(mine))).toEqual(['B', 'Joe']);
    expect(asked).toEqual(['kore']);
    expect(namesIn(await directory.merged(createReader()))).toEqual(['A', 'B', 'Jane', 'Joe']);
    expect(namesIn(await directory.merged(mine))).toEqual(['B', 'Joe']);
    expect(namesIn(directory.configured(mine))).toEqual(['B']);
    expect(namesIn(await directory.merged(createReader(() => false)))).toEqual([]);
  });
});

describe('what the cache knows already', () => {
  test('makes the view that asking would make, and nobody is asked', async () => {
    const vendors = { kore: discovers(joe), lp: discovers(jane), vcc: null };
    const { directory, asked } = setUp([directoryEntry('a', { name: 'A' })], vendors, { kore: [joe], lp: [jane] });
    const view = await directory.cached(createReader());
    expect(asked).toEqual([]);
    expect(view?.agents).toEqual((await directory.merged(createReader())).agents);
  });

  test('is not enough where one account would have to be asked', async () => {
    const { directory, asked } = setUp([], { kore: discovers(joe), lp: discovers(jane) }, { kore: [joe], lp: null });
    expect(await directory.cached(createReader())).toBeNull();
    expect(asked).toEqual([]);
  });

  test('is enough without an account that is left alone for a while', async () => {
    const fails = () => Promise.reject(new Error('no'));
    const { directory, clock } = setUp([], { kore: fails, lp: discovers(jane) }, { lp: [jane] });
    expect(await directory.cached(createReader())).toBeNull();
    await directory.merged(createReader());
    expect((await directory.cached(createReader()))?.agents.map(({ name }) => name)).toEqual(['Jane']);
    clock.advance(30_000);
    expect(await directory.cached(createReader())).toBeNull();
  });

  test('of a hidden account is neither looked at nor missed', async () => {
    const entries = [directoryEntry('a', { name: 'A', accounts: { lp: '1' } })];
    const { directory, recalled } = setUp(
      entries,
      { kore: discovers(joe), lp: discovers(jane) },
      { kore: [joe], lp: null },
    );
    const view = await directory.cached(createReader((name) => name === 'kore'));
    expect(view?.agents.map(({ name }) => name)).toEqual(['Joe']);
    expect(recalled).toEqual(['kore']);
  });
});

describe('whether the vendors might add something to an agent', () => {
  const whole = { name: 'Jane', email: 'jane@x.de' };
  test.each<[string, Partial<DirectoryEntry>, boolean]>([
    ['nothing is missing, every account knows it', { ...whole, accounts: { kore: '1', lp: '9' } }, false],
    ['an account may know its address', { ...whole, accounts: { kore: '1' } }, true],
    ['an account that knows it may tell its name', { email: 'jane@x.de', accounts: { kore: '1', lp: '9' } }, true],
    ['an account that knows it may tell its address', { name: 'Jane', accounts: { kore: '1', lp: '9' } }, true],
    ['one account may tell the address by which another knows it', { name: 'Jane', accounts: { lp: '9' } }, true],
    ['no account could recognise it', { name: 'Bot', accounts: { vcc: '2041' } }, false],
    ['an account may know its address, though none is its own', { ...whole, accounts: { vcc: '01' } }, true],
  ])('%s', (_name, more, expected) => {
    const { directory } = setUp([directoryEntry('jane', more)], { kore: discovers(), lp: discovers(), vcc: null });
    const [agent] = directory.configured(createReader()).agents;
    expect(agent && directory.mayBeEnriched(agent, createReader())).toBe(expected);
  });

  test('only the accounts that the asker may see count', () => {
    const { directory } = setUp([directoryEntry('jane', { ...whole, accounts: { kore: '1' } })], {
      kore: discovers(),
      lp: discovers(),
    });
    const mine = createReader((name) => name === 'kore');
    const [agent] = directory.configured(mine).agents;
    expect(agent && directory.mayBeEnriched(agent, mine)).toBe(false);
  });
});
