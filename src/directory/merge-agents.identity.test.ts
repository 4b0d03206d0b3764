import { describe, expect, test } from '@jest/globals';
import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent } from '../domain/agent.ts';
import { agentId, agentIdByEmail, agentIdByAccount } from '../domain/global-id.ts';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { type DiscoveredByAccount, mergedView } from '../../test/support/merge-agents-fixtures.ts';

/** What is told of an agent, briefly. */
function summarize({ key, name, email, accounts }: Agent) {
  return { key, name, email, accounts: accounts.map((agentAccount) => `${agentAccount.account}:${agentAccount.ref}`) };
}

describe('one agent, known to several', () => {
  test.each<[string, DirectoryEntry, DiscoveredByAccount, ReturnType<typeof summarize>]>([
    [
      'by reference',
      directoryEntry('jane', { accounts: { lp: '9' } }),
      { lp: [discoveredAgent('9', { name: 'Jane', email: 'jane@x.de' })] },
      { key: 'jane', name: 'Jane', email: 'jane@x.de', accounts: ['lp:9'] },
    ],
    [
      'by another reference of the same account: the directory’s is kept',
      directoryEntry('jane', { accounts: { lp: 'JDoe' } }),
      { lp: [discoveredAgent('9', { aliases: ['jdoe'] })] },
      { key: 'jane', name: null, email: null, accounts: ['lp:JDoe'] },
    ],
    [
      'by address, whatever its case',
      directoryEntry('jane', { email: 'Jane@x.de' }),
      { kore: [discoveredAgent('u-1', { email: 'jane@X.DE' })] },
      { key: 'jane', name: null, email: 'Jane@x.de', accounts: ['kore:u-1'] },
    ],
    [
      'by a directory reference that is an address',
      directoryEntry('jane', { accounts: { kore: 'jane@x.de' } }),
      { lp: [discoveredAgent('9', { email: 'jane@x.de' })] },
      { key: 'jane', name: null, email: 'jane@x.de', accounts: ['kore:jane@x.de', 'lp:9'] },
    ],
    [
      'by a login name that is an address',
      directoryEntry('jane', { email: 'jane@x.de' }),
      { lp: [discoveredAgent('9', { aliases: ['jane@x.de'] })] },
      { key: 'jane', name: null, email: 'jane@x.de', accounts: ['lp:9'] },
    ],
    [
      'by an address that another account tells, whichever of the two comes first',
      directoryEntry('jane', { accounts: { lp: '9' } }),
      { kore: [discoveredAgent('u-1', { email: 'jane@x.de' })], lp: [discoveredAgent('9', { email: 'jane@x.de' })] },
      { key: 'jane', name: null, email: 'jane@x.de', accounts: ['kore:u-1', 'lp:9'] },
    ],
    [
      'the directory’s name and address go before the vendor’s',
      directoryEntry('jane', { name: 'Jane', email: 'jane@x.de', accounts: { lp: '9' } }),
      { lp: [discoveredAgent('9', { name: 'J. Doe', email: 'jd@x.de' })] },
      { key: 'jane', name: 'Jane', email: 'jane@x.de', accounts: ['lp:9'] },
    ],
  ])('%s', (_name, listed, named, expected) => {
    const { agents } = mergedView([listed], named);
    expect(agents.map(summarize)).toEqual([expected]);
  });

  test('nobody of the directory, but two accounts: one agent, whose id is that of the address', () => {
    const { agents } = mergedView([], {
      kore: [discoveredAgent('jane@x.de', { aliases: ['u-1'], email: 'Jane@x.de', name: 'Jane' })],
      lp: [discoveredAgent('9', { aliases: ['JANE@X.de'], name: 'J. Doe' })],
    });
    expect(agents).toEqual([
      {
        id: agentIdByEmail('jane@x.de'),
        key: null,
        kind: 'HUMAN',
        name: 'Jane',
        email: 'Jane@x.de',
        accounts: [
          { account: 'kore', ref: 'jane@x.de' },
          { account: 'lp', ref: '9' },
        ],
      },
    ]);
  });

  test('is found by every reference and address that any account knows', () => {
    const { agents, byAccount, byEmail } = mergedView(
      [directoryEntry('jane', { email: 'jane@x.de', accounts: { lp: '9' } })],
      {
        lp: [discoveredAgent('9', { aliases: ['jdoe', 'jd@x.de'], email: 'doe@x.de' })],
      },
    );
    const [jane] = agents;
    expect([byAccount('lp', 'JDOE'), byAccount('lp', 'jd@x.de'), byEmail('jd@x.de'), byEmail('doe@x.de')]).toEqual([
      jane,
      jane,
      jane,
      jane,
    ]);
  });

  test('without an address its id is that of its reference', () => {
    const { agents } = mergedView([], { lp: [discoveredAgent('9')] });
    expect(agents.map(({ id }) => id)).toEqual([agentIdByAccount('lp', '9')]);
  });

  test('keeps being found by the id that it had before its address was known, or before it entered the directory', () => {
    const earlier = mergedView([], { lp: [discoveredAgent('9')] }).agents[0]?.id ?? '';
    const later = mergedView([], { lp: [discoveredAgent('9', { email: 'jane@x.de' })] });
    const formerly = later.agents[0]?.id ?? '';
    expect(later.byId(earlier)).toBe(later.agents[0]);
    const listed = mergedView([directoryEntry('jane', { accounts: { lp: '9' } })], {
      lp: [discoveredAgent('9', { email: 'jane@x.de' })],
    });
    expect([listed.byId(earlier), listed.byId(formerly)]).toEqual([listed.agents[0], listed.agents[0]]);
    expect(listed.agents[0]?.id).toBe(agentId('jane'));
  });
});

describe('conflicts are never settled by merging', () => {
  test('two of one account share an address: two agents', () => {
    const { agents, byEmail } = mergedView([], {
      kore: [discoveredAgent('u-2', { email: 'team@x.de' }), discoveredAgent('u-1', { email: 'team@x.de' })],
    });
    expect(agents.map(({ id }) => id).toSorted()).toEqual(
      [agentIdByEmail('team@x.de'), agentIdByAccount('kore', 'u-2')].toSorted(),
    );
    expect(byEmail('team@x.de')?.accounts).toEqual([{ account: 'kore', ref: 'u-1' }]);
  });

  test('the directory says that the address has another reference here: two agents', () => {
    const { agents } = mergedView([directoryEntry('jane', { email: 'jane@x.de', accounts: { lp: '9' } })], {
      lp: [discoveredAgent('10', { email: 'jane@x.de' })],
    });
    expect(agents.map(summarize)).toEqual([
      { key: 'jane', name: null, email: 'jane@x.de', accounts: ['lp:9'] },
      { key: null, name: null, email: 'jane@x.de', accounts: ['lp:10'] },
    ]);
  });

  test('its addresses belong to two agents: it is neither', () => {
    const { agents } = mergedView(
      [directoryEntry('jane', { email: 'jane@x.de' }), directoryEntry('joe', { email: 'joe@x.de' })],
      {
        lp: [discoveredAgent('9', { email: 'jane@x.de', aliases: ['joe@x.de'] })],
      },
    );
    expect(agents.map(({ key, accounts }) => [key, accounts.length])).toEqual([
      ['jane', 0],
      ['joe', 0],
      [null, 1],
    ]);
  });

  test('its references belong to two entries: the directory’s word stays as it is', () => {
    const { agents, byAccount } = mergedView(
      [directoryEntry('jane', { accounts: { lp: '9' } }), directoryEntry('joe', { accounts: { lp: 'joe@x.de' } })],
      { lp: [discoveredAgent('9', { aliases: ['joe@x.de'] })] },
    );
    expect(agents.map(({ key, email }) => [key, email])).toEqual([
      ['jane', null],
      ['joe', 'joe@x.de'],
    ]);
    expect([byAccount('lp', '9')?.key, byAccount('lp', 'joe@x.de')?.key]).toEqual(['jane', 'joe']);
  });
});
