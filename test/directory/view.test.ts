import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DirectoryEntry } from '../../src/config/settings.ts';
import type { Agent, DiscoveredAgent } from '../../src/domain/agent.ts';
import { agentId, agentIdByEmail, agentIdBySeat } from '../../src/domain/global-id.ts';
import { type DirectoryView, type KnownAccount, createView } from '../../src/directory/view.ts';
import { account, entry, found } from './support.ts';

const kore = account('kore');
const lp = account('lp', 'LIVEPERSON');
const vcc = account('vcc', 'VONAGE');
const ACCOUNTS = [kore, lp, vcc];

type Named = Readonly<Partial<Record<'kore' | 'lp' | 'vcc', readonly DiscoveredAgent[]>>>;

function view(
  entries: readonly DirectoryEntry[],
  named: Named = {},
  accounts: readonly KnownAccount[] = ACCOUNTS,
): DirectoryView {
  const discoveries = accounts.map((one) => ({ account: one, agents: named[one.name as keyof Named] ?? [] }));
  return createView(entries, accounts, discoveries);
}

/** What is told of an agent, briefly. */
function brief({ key, name, email, seats }: Agent) {
  return { key, name, email, seats: seats.map((seat) => `${seat.account}:${seat.ref}`) };
}

describe('the directory alone', () => {
  test('is shown in its order, with its seats in the order of the accounts', () => {
    const { agents } = view([
      entry('jane', { name: 'Jane', email: 'jane@x.de', accounts: { vcc: '01', kore: 'jane@x.de' } }),
      entry('bot', { kind: 'virtual', accounts: { lp: '9' } }),
    ]);
    expect(agents).toEqual([
      {
        id: agentId('jane'),
        key: 'jane',
        kind: 'HUMAN',
        name: 'Jane',
        email: 'jane@x.de',
        seats: [
          { account: 'kore', ref: 'jane@x.de' },
          { account: 'vcc', ref: '01' },
        ],
      },
      {
        id: agentId('bot'),
        key: 'bot',
        kind: 'VIRTUAL',
        name: null,
        email: null,
        seats: [{ account: 'lp', ref: '9' }],
      },
    ]);
  });

  test('finds an agent by id, by address whatever its case, and by reference as the account compares it', () => {
    const { agents, byId, byEmail, bySeat } = view([
      entry('jane', { email: 'Jane@X.de', accounts: { kore: 'JANE@x.de', vcc: '01' } }),
    ]);
    const [jane] = agents;
    expect(byId(agentId('jane'))).toBe(jane);
    expect(byEmail('jANE@x.DE')).toBe(jane);
    expect(bySeat('kore', 'jane@X.DE')).toBe(jane);
    expect(bySeat('vcc', '01')).toBe(jane);
    expect([byId(agentId('joe')), byEmail('joe@x.de'), bySeat('vcc', '1'), bySeat('none', '01')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test('a reference that is an address counts as one', () => {
    const { byEmail, agents } = view([entry('jane', { accounts: { kore: 'jane@x.de' } })]);
    expect(byEmail('JANE@x.de')).toBe(agents[0]);
    expect(agents[0]?.email).toBe('jane@x.de');
  });

  test('an address that it gives goes before one that a reference happens to be', () => {
    const { byEmail } = view([
      entry('first', { accounts: { kore: 'jane@x.de' } }),
      entry('second', { email: 'jane@x.de' }),
    ]);
    expect(byEmail('jane@x.de')?.key).toBe('second');
  });

  test('one whom only other accounts know does not exist; one without any account does', () => {
    const { agents } = view([entry('hidden', { accounts: { secret: '1' } }), entry('nobody')]);
    expect(agents.map(({ key }) => key)).toEqual(['nobody']);
  });
});

describe('one agent, known to several', () => {
  test.each<[string, DirectoryEntry, Named, ReturnType<typeof brief>]>([
    [
      'by reference',
      entry('jane', { accounts: { lp: '9' } }),
      { lp: [found('9', { name: 'Jane', email: 'jane@x.de' })] },
      { key: 'jane', name: 'Jane', email: 'jane@x.de', seats: ['lp:9'] },
    ],
    [
      'by another reference of the same account: the directory’s is kept',
      entry('jane', { accounts: { lp: 'JDoe' } }),
      { lp: [found('9', { aliases: ['jdoe'] })] },
      { key: 'jane', name: null, email: null, seats: ['lp:JDoe'] },
    ],
    [
      'by address, whatever its case',
      entry('jane', { email: 'Jane@x.de' }),
      { kore: [found('u-1', { email: 'jane@X.DE' })] },
      { key: 'jane', name: null, email: 'Jane@x.de', seats: ['kore:u-1'] },
    ],
    [
      'by a directory reference that is an address',
      entry('jane', { accounts: { kore: 'jane@x.de' } }),
      { lp: [found('9', { email: 'jane@x.de' })] },
      { key: 'jane', name: null, email: 'jane@x.de', seats: ['kore:jane@x.de', 'lp:9'] },
    ],
    [
      'by a login name that is an address',
      entry('jane', { email: 'jane@x.de' }),
      { lp: [found('9', { aliases: ['jane@x.de'] })] },
      { key: 'jane', name: null, email: 'jane@x.de', seats: ['lp:9'] },
    ],
    [
      'by an address that another account tells, whichever of the two comes first',
      entry('jane', { accounts: { lp: '9' } }),
      { kore: [found('u-1', { email: 'jane@x.de' })], lp: [found('9', { email: 'jane@x.de' })] },
      { key: 'jane', name: null, email: 'jane@x.de', seats: ['kore:u-1', 'lp:9'] },
    ],
    [
      'the directory’s name and address go before the vendor’s',
      entry('jane', { name: 'Jane', email: 'jane@x.de', accounts: { lp: '9' } }),
      { lp: [found('9', { name: 'J. Doe', email: 'jd@x.de' })] },
      { key: 'jane', name: 'Jane', email: 'jane@x.de', seats: ['lp:9'] },
    ],
  ])('%s', (_name, listed, named, expected) => {
    const { agents } = view([listed], named);
    expect(agents.map(brief)).toEqual([expected]);
  });

  test('nobody of the directory, but two accounts: one agent, whose id is that of the address', () => {
    const { agents } = view([], {
      kore: [found('jane@x.de', { aliases: ['u-1'], email: 'Jane@x.de', name: 'Jane' })],
      lp: [found('9', { aliases: ['JANE@X.de'], name: 'J. Doe' })],
    });
    expect(agents).toEqual([
      {
        id: agentIdByEmail('jane@x.de'),
        key: null,
        kind: 'HUMAN',
        name: 'Jane',
        email: 'Jane@x.de',
        seats: [
          { account: 'kore', ref: 'jane@x.de' },
          { account: 'lp', ref: '9' },
        ],
      },
    ]);
  });

  test('is found by every reference and address that any account knows', () => {
    const { agents, bySeat, byEmail } = view([entry('jane', { email: 'jane@x.de', accounts: { lp: '9' } })], {
      lp: [found('9', { aliases: ['jdoe', 'jd@x.de'], email: 'doe@x.de' })],
    });
    const [jane] = agents;
    expect([bySeat('lp', 'JDOE'), bySeat('lp', 'jd@x.de'), byEmail('jd@x.de'), byEmail('doe@x.de')]).toEqual([
      jane,
      jane,
      jane,
      jane,
    ]);
  });

  test('without an address its id is that of its reference', () => {
    const { agents } = view([], { lp: [found('9')] });
    expect(agents.map(({ id }) => id)).toEqual([agentIdBySeat('lp', '9')]);
  });

  test('keeps being found by the id that it had before its address was known, or before it entered the directory', () => {
    const earlier = view([], { lp: [found('9')] }).agents[0]?.id ?? '';
    const later = view([], { lp: [found('9', { email: 'jane@x.de' })] });
    const formerly = later.agents[0]?.id ?? '';
    expect(later.byId(earlier)).toBe(later.agents[0]);
    const listed = view([entry('jane', { accounts: { lp: '9' } })], { lp: [found('9', { email: 'jane@x.de' })] });
    expect([listed.byId(earlier), listed.byId(formerly)]).toEqual([listed.agents[0], listed.agents[0]]);
    expect(listed.agents[0]?.id).toBe(agentId('jane'));
  });
});

describe('conflicts are never settled by merging', () => {
  test('two of one account share an address: two agents', () => {
    const { agents, byEmail } = view([], {
      kore: [found('u-2', { email: 'team@x.de' }), found('u-1', { email: 'team@x.de' })],
    });
    expect(agents.map(({ id }) => id).toSorted()).toEqual(
      [agentIdByEmail('team@x.de'), agentIdBySeat('kore', 'u-2')].toSorted(),
    );
    expect(byEmail('team@x.de')?.seats).toEqual([{ account: 'kore', ref: 'u-1' }]);
  });

  test('the directory says that the address has another reference here: two agents', () => {
    const { agents } = view([entry('jane', { email: 'jane@x.de', accounts: { lp: '9' } })], {
      lp: [found('10', { email: 'jane@x.de' })],
    });
    expect(agents.map(brief)).toEqual([
      { key: 'jane', name: null, email: 'jane@x.de', seats: ['lp:9'] },
      { key: null, name: null, email: 'jane@x.de', seats: ['lp:10'] },
    ]);
  });

  test('its addresses belong to two agents: it is neither', () => {
    const { agents } = view([entry('jane', { email: 'jane@x.de' }), entry('joe', { email: 'joe@x.de' })], {
      lp: [found('9', { email: 'jane@x.de', aliases: ['joe@x.de'] })],
    });
    expect(agents.map(({ key, seats }) => [key, seats.length])).toEqual([
      ['jane', 0],
      ['joe', 0],
      [null, 1],
    ]);
  });

  test('its references belong to two entries: the directory’s word stays as it is', () => {
    const { agents, bySeat } = view(
      [entry('jane', { accounts: { lp: '9' } }), entry('joe', { accounts: { lp: 'joe' } })],
      { lp: [found('9', { aliases: ['joe'] })] },
    );
    expect(agents).toHaveLength(2);
    expect([bySeat('lp', '9')?.key, bySeat('lp', 'joe')?.key]).toEqual(['jane', 'joe']);
  });
});

test('discovered agents stand behind the listed ones, by name', () => {
  const { agents } = view([entry('zoe', { name: 'Zoe' })], {
    kore: [found('c', { name: 'Carl' }), found('none')],
    lp: [found('a', { name: 'Anna' }), found('b', { name: 'Anna' })],
  });
  expect(agents.map(({ name }) => name)).toEqual(['Zoe', null, 'Anna', 'Anna', 'Carl']);
});

describe('whatever the vendors name', () => {
  const email = fc.constantFrom('a@x', 'A@X', 'b@x', 'c@x', 'd@x');
  const ref = fc.oneof(email, fc.constantFrom('1', '2', '3', 'x', 'X', 'y'));
  const person: fc.Arbitrary<DiscoveredAgent> = fc.record({
    ref,
    aliases: fc.array(ref, { maxLength: 2 }),
    name: fc.option(fc.constantFrom('Anna', 'Ben')),
    email: fc.option(email),
  });
  const people = fc.uniqueArray(person, { maxLength: 5, selector: (one) => one.ref.toLowerCase() });
  const named = fc.record({ kore: people, lp: people, vcc: people });
  const entries = fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom('jane', 'joe', 'jim'),
        email: fc.option(email),
        accounts: fc.dictionary(fc.constantFrom('kore', 'lp', 'secret'), ref),
      }),
      { selector: (one) => one.id },
    )
    .map((list) =>
      list.map(({ id, email: address, accounts }) => entry(id, { accounts, ...(address && { email: address }) })),
    );

  test('the order in which they name it changes neither agents nor ids', () => {
    fc.assert(
      fc.property(entries, named, fc.infiniteStream(fc.nat()), (listed, said, dice) => {
        const shuffle = (list: readonly DiscoveredAgent[]) =>
          list
            .map((one) => ({ one, at: dice.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ one }) => one);
        const discoveries = [lp, vcc, kore].map((one) => ({
          account: one,
          agents: shuffle(said[one.name as keyof typeof said]),
        }));
        expect(createView(listed, ACCOUNTS, discoveries).agents).toEqual(view(listed, said).agents);
      }),
      { numRuns: 500 },
    );
  });

  test('no two agents share an id, none has two seats in an account, and each is found by its id', () => {
    fc.assert(
      fc.property(entries, named, (listed, said) => {
        const { agents, byId } = view(listed, said);
        expect(new Set(agents.map(({ id }) => id)).size).toBe(agents.length);
        for (const agent of agents) {
          expect(new Set(agent.seats.map((seat) => seat.account)).size).toBe(agent.seats.length);
          expect(byId(agent.id)).toBe(agent);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('everybody named is there, under each of the references', () => {
    fc.assert(
      fc.property(entries, named, (listed, said) => {
        const { agents, bySeat } = view(listed, said);
        for (const [name, list] of Object.entries(said)) {
          for (const one of list) {
            for (const reference of [one.ref, ...one.aliases]) {
              const agent = bySeat(name, reference);
              expect(agents).toContain(agent);
              expect(agent?.seats.some((seat) => seat.account === name)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('an agent found by a seat of its own is that agent, unless the directory lists the seat twice', () => {
    fc.assert(
      fc.property(named, (said) => {
        const { agents, bySeat } = view([], said);
        for (const agent of agents) {
          for (const seat of agent.seats) expect(bySeat(seat.account, seat.ref)).toBe(agent);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the directory’s seats, names and addresses stay', () => {
    fc.assert(
      fc.property(entries, named, (listed, said) => {
        const [alone, together] = [view(listed), view(listed, said)];
        alone.agents.forEach((before, index) => {
          const after = together.agents[index];
          expect(after).toMatchObject({ id: before.id, key: before.key });
          if (before.email !== null) expect(after?.email).toBe(before.email);
          expect(after?.seats).toEqual(expect.arrayContaining([...before.seats]));
        });
      }),
    );
  });

  test('who may see only some accounts sees what there would be if there were no others', () => {
    fc.assert(
      fc.property(entries, named, fc.subarray(ACCOUNTS), (listed, said, mine) => {
        const names = new Set(mine.map(({ name }) => name));
        const without = listed.flatMap((one) => {
          const seats = Object.entries(one.accounts).filter(([name]) => names.has(name));
          const known = seats.length > 0 || Object.keys(one.accounts).length === 0;
          return known ? [{ ...one, accounts: Object.fromEntries(seats) }] : [];
        });
        const everything = ACCOUNTS.map((one) => ({ account: one, agents: said[one.name as keyof typeof said] }));
        expect(createView(listed, mine, everything).agents).toEqual(view(without, said, mine).agents);
      }),
      { numRuns: 500 },
    );
  });
});
