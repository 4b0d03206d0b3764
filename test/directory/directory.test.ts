import { describe, expect, test } from '@jest/globals';
import type { DirectoryEntry } from '../../src/config/settings.ts';
import { createView } from '../../src/directory/view.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import type { CallRecord } from '../../src/http/call.ts';
import { settle } from '../support/settle.ts';
import { asker, gives, jane, joe, namesIn, setUp } from './directory-support.ts';
import { entry } from './support.ts';

describe('asking the vendors who is there', () => {
  test('is not done for what the configuration says alone', () => {
    const { directory, asked } = setUp([entry('a', { name: 'A' })], { kore: gives(jane) });
    expect(namesIn(directory.listed(asker()))).toEqual(['A']);
    expect(asked).toEqual([]);
  });

  test('adds those whom they name, and tells how it went', async () => {
    const { directory, reports } = setUp([entry('a', { name: 'A' })], { kore: gives(joe), lp: gives(jane) });
    expect(namesIn(await directory.complete(asker()))).toEqual(['A', 'Jane', 'Joe']);
    expect(reports).toMatchObject([
      { account: 'kore', outcome: 'OK' },
      { account: 'lp', outcome: 'OK' },
    ]);
  });

  test('leaves out accounts that are not to be asked', async () => {
    const { directory, asked } = setUp([], { kore: gives(joe), vcc: null });
    await directory.complete(asker());
    expect(asked).toEqual(['kore']);
    expect([...directory.discovering(asker())]).toEqual(['kore']);
  });

  test('at once by several: one question', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, asked } = setUp([], { kore: () => answer.promise });
    const all = [1, 2, 3].map(() => directory.complete(asker()));
    await settle();
    answer.resolve([jane]);
    const views = await Promise.all(all);
    expect(asked).toEqual(['kore']);
    expect(new Set(views).size).toBe(1);
  });

  test('belongs to no query: it is not cancelled with one, and may download so many files only', async () => {
    const { directory, scopes, clock } = setUp([], { kore: gives(jane) });
    await directory.complete(asker());
    const [scope] = scopes;
    expect(scope?.signal.aborted).toBe(false);
    expect(scope?.now).toBe(clock.now());
    expect([scope?.grantFiles(5), scope?.grantFiles(500)]).toEqual([5, 100]);
  });

  test('tells the one who asked of the calls, and of how long the answer may be kept', async () => {
    const call = { account: 'kore', endpoint: 'names', outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 };
    const { directory } = setUp([], {
      kore: (scope) => {
        scope.record(call as CallRecord);
        scope.expires(5000);
        scope.expires(7000);
        return Promise.resolve([]);
      },
    });
    const one = asker();
    await directory.complete(one);
    expect(one.records).toEqual([call]);
    expect(one.expiries).toEqual([5000]);
  });
});

describe('views', () => {
  test('are made once as long as the vendors say the same', async () => {
    let says: readonly DiscoveredAgent[] = [jane];
    const { directory, clock } = setUp([entry('a')], { kore: () => Promise.resolve(says) });
    const first = await directory.complete(asker());
    clock.advance(1000);
    says = [{ ...jane, aliases: [...jane.aliases] }];
    expect(await directory.complete(asker())).toBe(first);
    expect(directory.listed(asker())).toBe(directory.listed(asker()));
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
    await directory.complete(asker());
    says = later;
    const [kore] = accounts;
    const expected = kore && createView([], accounts, [{ account: kore, agents: later }]);
    const view = await directory.complete(asker());
    expect(view.agents).toEqual(expected?.agents);
    // No agent shows its aliases: they are what it is found by.
    expect(view.bySeat('kore', 'jdoe')).toEqual(expected?.bySeat('kore', 'jdoe'));
  });

  test('differ by what the asker may see, and hidden accounts are not even asked', async () => {
    const entries = [
      entry('a', { name: 'A', accounts: { lp: '1' } }),
      entry('b', { name: 'B', accounts: { kore: '2' } }),
    ];
    const { directory, asked } = setUp(entries, { kore: gives(joe), lp: gives(jane) });
    const mine = asker((name) => name === 'kore');
    expect(namesIn(await directory.complete(mine))).toEqual(['B', 'Joe']);
    expect(asked).toEqual(['kore']);
    expect(namesIn(await directory.complete(asker()))).toEqual(['A', 'B', 'Jane', 'Joe']);
    expect(namesIn(await directory.complete(mine))).toEqual(['B', 'Joe']);
    expect(namesIn(directory.listed(mine))).toEqual(['B']);
    expect(namesIn(await directory.complete(asker(() => false)))).toEqual([]);
  });
});

describe('what the cache knows already', () => {
  test('makes the view that asking would make, and nobody is asked', async () => {
    const vendors = { kore: gives(joe), lp: gives(jane), vcc: null };
    const { directory, asked } = setUp([entry('a', { name: 'A' })], vendors, { kore: [joe], lp: [jane] });
    const view = await directory.recall(asker());
    expect(asked).toEqual([]);
    expect(view?.agents).toEqual((await directory.complete(asker())).agents);
  });

  test('is not enough where one account would have to be asked', async () => {
    const { directory, asked } = setUp([], { kore: gives(joe), lp: gives(jane) }, { kore: [joe], lp: null });
    expect(await directory.recall(asker())).toBeNull();
    expect(asked).toEqual([]);
  });

  test('is enough without an account that is left alone for a while', async () => {
    const fails = () => Promise.reject(new Error('no'));
    const { directory, clock } = setUp([], { kore: fails, lp: gives(jane) }, { lp: [jane] });
    expect(await directory.recall(asker())).toBeNull();
    await directory.complete(asker());
    expect((await directory.recall(asker()))?.agents.map(({ name }) => name)).toEqual(['Jane']);
    clock.advance(30_000);
    expect(await directory.recall(asker())).toBeNull();
  });

  test('of a hidden account is neither looked at nor missed', async () => {
    const entries = [entry('a', { name: 'A', accounts: { lp: '1' } })];
    const { directory, recalled } = setUp(entries, { kore: gives(joe), lp: gives(jane) }, { kore: [joe], lp: null });
    const view = await directory.recall(asker((name) => name === 'kore'));
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
    const { directory } = setUp([entry('jane', more)], { kore: gives(), lp: gives(), vcc: null });
    const [agent] = directory.listed(asker()).agents;
    expect(agent && directory.mayGrow(agent, asker())).toBe(expected);
  });

  test('only the accounts that the asker may see count', () => {
    const { directory } = setUp([entry('jane', { ...whole, accounts: { kore: '1' } })], { kore: gives(), lp: gives() });
    const mine = asker((name) => name === 'kore');
    const [agent] = directory.listed(mine).agents;
    expect(agent && directory.mayGrow(agent, mine)).toBe(false);
  });
});
