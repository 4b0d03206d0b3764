import { describe, expect, test } from '@jest/globals';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { lp, mergedView } from '../../test/support/merge-agents-fixtures.ts';
import { agentId } from '../domain/global-id.ts';
import { hashOfReference } from '../domain/reference-hash.ts';
import { mergeAgents, mergeAgentsInSteps } from './merge-agents.ts';

describe('mergeAgents without discovery', () => {
  test('returns agents in the directory’s order, with their accounts in the configuration’s order', () => {
    const { agents } = mergedView([
      directoryEntry('jane', { name: 'Jane', email: 'jane@x.de', accounts: { vcc: '01', kore: 'jane@x.de' } }),
      directoryEntry('bot', { kind: 'virtual', team: 'bots', accounts: { lp: '9' } }),
    ]);
    expect(agents).toEqual([
      {
        id: agentId('jane'),
        key: 'jane',
        kind: 'HUMAN',
        name: 'Jane',
        email: 'jane@x.de',
        teamId: null,
        accounts: [
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
        teamId: 'bots',
        accounts: [{ account: 'lp', ref: '9' }],
      },
    ]);
  });

  test('finds an agent by id, by address in any case, and by reference in the account’s canonical form', () => {
    const { agents, byId, byEmail, byAccount } = mergedView([
      directoryEntry('jane', { email: 'Jane@X.de', accounts: { kore: 'JANE@x.de', vcc: '01' } }),
    ]);
    const [jane] = agents;
    expect(byId(agentId('jane'))).toBe(jane);
    expect(byEmail('jANE@x.DE')).toBe(jane);
    expect(byAccount('kore', 'jane@X.DE')).toBe(jane);
    expect(byAccount('vcc', '01')).toBe(jane);
    expect([byId(agentId('joe')), byEmail('joe@x.de'), byAccount('vcc', '1'), byAccount('none', 'jane@x.de')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test('treats a reference that is an e-mail address as the agent’s address', () => {
    const { byEmail, agents } = mergedView([directoryEntry('jane', { accounts: { kore: 'jane@x.de' } })]);
    expect(byEmail('JANE@x.de')).toBe(agents[0]);
    expect(agents[0]?.email).toBe('jane@x.de');
  });

  test('prefers a configured address to one that a reference happens to be', () => {
    const { byEmail } = mergedView([
      directoryEntry('first', { accounts: { kore: 'jane@x.de' } }),
      directoryEntry('second', { email: 'jane@x.de' }),
    ]);
    expect(byEmail('jane@x.de')?.key).toBe('second');
  });

  test('hides an agent that only hidden accounts refer to, but not one without any account', () => {
    const { agents } = mergedView([
      directoryEntry('hidden', { accounts: { secret: '1' } }),
      directoryEntry('unlinked'),
    ]);
    expect(agents.map(({ key }) => key)).toEqual(['unlinked']);
  });
});

test('a view finds every reference of its agents by hash, and none of hidden accounts', () => {
  const entries = [directoryEntry('jane', { accounts: { lp: 'JDoe', kore: 'jane@x.de' } })];
  const view = mergedView(entries, { lp: [discoveredAgent('9', { aliases: ['jdoe'] })] }, [lp]);
  const find = (account: string, ref: string) => view.referencesByHash(hashOfReference({ account, ref }));
  expect(find('lp', 'jDOE')).toEqual([{ account: 'lp', ref: 'jdoe' }]);
  expect(find('lp', '9')).toEqual([{ account: 'lp', ref: '9' }]);
  expect(find('lp', '10')).toEqual([]);
  expect(find('kore', 'jane@x.de')).toEqual([]);
});

test('mergeAgents puts discovered agents after the configured ones, by name', () => {
  const { agents } = mergedView([directoryEntry('zoe', { name: 'Zoe' })], {
    kore: [discoveredAgent('c', { name: 'Carl' }), discoveredAgent('none')],
    lp: [discoveredAgent('a', { name: 'Anna' }), discoveredAgent('b', { name: 'Anna' })],
  });
  expect(agents.map(({ name }) => name)).toEqual(['Zoe', null, 'Anna', 'Anna', 'Carl']);
});

test('mergeAgentsInSteps pauses after each hundred agents of each pass, for any number of agents', () => {
  const agents = Array.from({ length: 3000 }, (_, index) =>
    discoveredAgent(String(index), { name: `Agent ${index}`, email: `a${index}@x.de` }),
  );
  const steps = mergeAgentsInSteps([], [lp], [{ account: lp, agents }]);
  let pauses = 0;
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) pauses += 1;
  // References, agents with a reference that is known, new agents, the result and its index; sorting has larger steps.
  expect(pauses).toBeGreaterThanOrEqual((5 * 3000) / 100);
  expect(next.value.agents).toEqual(mergeAgents([], [lp], [{ account: lp, agents }]).agents);
  expect(next.value.agents).toHaveLength(3000);
});

test('a view has the folded names of its agents', () => {
  const { agents, foldedNameOf } = mergedView([
    directoryEntry('jane', { name: 'Zoé' }),
    directoryEntry('nameless', { email: 'x@x.de' }),
  ]);
  expect(agents.map(foldedNameOf)).toEqual(['ZOE', '']);
});
