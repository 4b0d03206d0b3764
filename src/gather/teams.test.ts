import { expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { createFakeServices, findListedAgent } from '../../test/support/gather-harness.ts';
import { membersByTeam, teamOf, teams } from './teams.ts';

const TEAMS = ['sales', 'empty', 'support'].map((id) => ({ id, name: id.toUpperCase() }));
const ACCOUNTS = (['kore', 'vcc'] as const).map((name) => ({ name, vendor: 'KORE' as const, sources: {} }));
const services = createFakeServices(
  [
    directoryEntry('jane', { team: 'support', accounts: { kore: '1' } }),
    directoryEntry('joe', { team: 'sales', accounts: { vcc: '1' } }),
    directoryEntry('bot', { kind: 'virtual', accounts: { vcc: '2' } }),
  ],
  ACCOUNTS,
  TEAMS,
);
const context = services.createContext();

test('teams lists those with an agent, in the order of the configuration', () => {
  expect(teams(context)).toEqual([
    { id: 'sales', name: 'SALES' },
    { id: 'support', name: 'SUPPORT' },
  ]);
});

test('teams lists none whose agents the caller may not see', () => {
  const restricted = services.createContext((account) => account === 'kore');
  expect(teams(restricted).map(({ id }) => id)).toEqual(['support']);
});

test('teamOf returns the agent’s team, or null', () => {
  expect(teamOf(context, findListedAgent(context, 'jane'))).toEqual({ id: 'support', name: 'SUPPORT' });
  expect(teamOf(context, findListedAgent(context, 'bot'))).toBeNull();
});

test('membersByTeam groups the agents of a view', () => {
  const members = membersByTeam(context.services.directory.configured(context));
  expect([...members].map(([team, agents]) => [team, agents.map(({ key }) => key)])).toEqual([
    ['support', ['jane']],
    ['sales', ['joe']],
    [null, ['bot']],
  ]);
});
