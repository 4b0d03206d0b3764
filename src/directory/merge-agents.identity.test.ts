import { describe, expect, test } from '@jest/globals';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { type DiscoveredByAccount, mergedView } from '../../test/support/merge-agents-fixtures.ts';
import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent } from '../domain/agent.ts';
import { agentId, agentIdByAccount, agentIdByEmail } from '../domain/global-id.ts';

/** An agent in short form. */
function summarize({ key, name, email, accounts }: Agent) {
  return { key, name, email, accounts: accounts.map((agentAccount) => `${agentAccount.account}:${agentAccount.ref}`) };
}

describe('mergeAgents identifies one agent in several accounts', () => {
  test.each<[string, DirectoryEntry, DiscoveredByAccount, ReturnType<typeof summarize>]>([
    [
      'by reference',
      directoryEntry('jane', { accounts: { lp: '9' } }),
      { lp: [discoveredAgent('9', { name: 'Jane', email: 'jane@x.de' })] },
      { key: 'jane', name: 'Jane', email: 'jane@x.de', accounts: ['lp:9'] },
    ],
    [
      'by another reference of the same account, keeping the directory’s',
      directoryEntry('jane', { accounts: { lp: 'JDoe' } }),
      { lp: [discoveredAgent('9', { aliases: ['jdoe'] })] },
      { key: 'jane', name: null, email: null, accounts: ['lp:JDoe'] },
    ],
    [
      'by address in any case',
      directoryEntry('jane', { email: 'Jane@x.de' }),
      { kore: [discoveredAgent('u-1', { email: 'jane@X.DE' })] },
      { key: 'jane', name: null, email: 'Jane@x.de', accounts: ['kore:u-1'] },
    ],
    [
      'by a configured reference that is an address',
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
      'by an address from another account, in any order of the accounts',
      directoryEntry('jane', { accounts: { lp: '9' } }),
      { kore: [discoveredAgent('u-1', { email: 'jane@x.de' })], lp: [discoveredAgent('9', { email: 'jane@x.de' })] },
      { key: 'jane', name: null, email: 'jane@x.de', accounts: ['kore:u-1', 'lp:9'] },
    ],
    [
      'by reference, keeping the directory’s name and address',
      directoryEntry('jane', { name: 'Jane', email: 'jane@x.de', accounts: { lp: '9' } }),
      { lp: [discoveredAgent('9', { name: 'J. Doe', email: 'jd@x.de' })] },
      { key: 'jane', name: 'Jane', email: 'jane@x.de', accounts: ['lp:9'] },
    ],
  ])('identifies one agent %s', (_name, listed, discovered, expected) => {
    const { agents } = mergedView([listed], discovered);
    expect(agents.map(summarize)).toEqual([expected]);
  });

  test('identifies an unlisted agent of two accounts by address, and takes its id from the address', () => {
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
        teamId: null,
        accounts: [
          { account: 'kore', ref: 'jane@x.de' },
          { account: 'lp', ref: '9' },
        ],
      },
    ]);
  });

  test('finds an agent by every reference and address of its accounts', () => {
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

  test('takes the id from the reference where an agent has no address', () => {
    const { agents } = mergedView([], { lp: [discoveredAgent('9')] });
    expect(agents.map(({ id }) => id)).toEqual([agentIdByAccount('lp', '9')]);
  });

  test('finds an agent by the id it had before its address was known or it was added to the directory', () => {
    const earlier = mergedView([], { lp: [discoveredAgent('9')] }).agents[0]?.id ?? '';
    const later = mergedView([], { lp: [discoveredAgent('9', { email: 'jane@x.de' })] });
    const former = later.agents[0]?.id ?? '';
    expect(later.byId(earlier)).toBe(later.agents[0]);
    const listed = mergedView([directoryEntry('jane', { accounts: { lp: '9' } })], {
      lp: [discoveredAgent('9', { email: 'jane@x.de' })],
    });
    expect([listed.byId(earlier), listed.byId(former)]).toEqual([listed.agents[0], listed.agents[0]]);
    expect(listed.agents[0]?.id).toBe(agentId('jane'));
  });
});

describe('mergeAgents keeps conflicting agents separate', () => {
  test('keeps two agents of one account that share an address', () => {
    const { agents, byEmail } = mergedView([], {
      kore: [discoveredAgent('u-2', { email: 'team@x.de' }), discoveredAgent('u-1', { email: 'team@x.de' })],
    });
    expect(agents.map(({ id }) => id).toSorted()).toEqual(
      [agentIdByEmail('team@x.de'), agentIdByAccount('kore', 'u-2')].toSorted(),
    );
    expect(byEmail('team@x.de')?.accounts).toEqual([{ account: 'kore', ref: 'u-1' }]);
  });

  test('keeps an agent whose address the directory links to another reference of the account', () => {
    const { agents } = mergedView([directoryEntry('jane', { email: 'jane@x.de', accounts: { lp: '9' } })], {
      lp: [discoveredAgent('10', { email: 'jane@x.de' })],
    });
    expect(agents.map(summarize)).toEqual([
      { key: 'jane', name: null, email: 'jane@x.de', accounts: ['lp:9'] },
      { key: null, name: null, email: 'jane@x.de', accounts: ['lp:10'] },
    ]);
  });

  test('keeps an agent whose addresses belong to two others', () => {
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

  test('changes no configured agent where a discovered one has references of two', () => {
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
