import { describe, expect, test } from '@jest/globals';
import type { DirectoryEntry } from '../../src/config/settings.ts';
import type { Agent } from '../../src/domain/agent.ts';
import { agentId, agentIdByEmail, agentIdBySeat } from '../../src/domain/global-id.ts';
import { entry, found } from './support.ts';
import { type Named, view } from './view-support.ts';

/** What is told of an agent, briefly. */
function brief({ key, name, email, seats }: Agent) {
  return { key, name, email, seats: seats.map((seat) => `${seat.account}:${seat.ref}`) };
}

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
      [entry('jane', { accounts: { lp: '9' } }), entry('joe', { accounts: { lp: 'joe@x.de' } })],
      { lp: [found('9', { aliases: ['joe@x.de'] })] },
    );
    expect(agents.map(({ key, email }) => [key, email])).toEqual([
      ['jane', null],
      ['joe', 'joe@x.de'],
    ]);
    expect([bySeat('lp', '9')?.key, bySeat('lp', 'joe@x.de')?.key]).toEqual(['jane', 'joe']);
  });
});
