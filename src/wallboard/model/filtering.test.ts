import { expect, test } from '@jest/globals';
import { boardAgent } from '../../../test/support/board-agents.ts';
import { filterAgents, filterByStatus, findTeams } from './filtering.ts';

const team = { id: 'support-de', name: 'Support Germany' };
const agents = [
  boardAgent('sofia', { name: 'Sofía Ríos', team }),
  boardAgent('jane', {
    name: 'Jane Doe',
    accounts: [{ name: 'vcc', vendor: 'VONAGE' }],
    status: 'AWAY',
    label: 'Lunch',
  }),
  boardAgent('joe', { name: 'Joe Day', status: 'OFFLINE' }),
];
const all = { team: null, source: null, search: '' };

function find(change: Partial<typeof all> | { team: string } | { source: string }) {
  return filterAgents(agents, { ...all, ...change }).map(({ id }) => id);
}

test.each([
  [{}, ['sofia', 'jane', 'joe']],
  [{ search: 'sofia rios' }, ['sofia']],
  [{ search: 'germany' }, ['sofia']],
  [{ search: 'LUNCH' }, ['jane']],
  [{ search: 'unheard' }, []],
  [{ team: 'support-de' }, ['sofia']],
  [{ source: 'account:vcc' }, ['jane']],
  [{ source: 'vendor:KORE' }, ['sofia', 'joe']],
  [{ source: 'vendor:KORE', search: 'day' }, ['joe']],
])('finds by %j', (filter, ids) => {
  expect(find(filter)).toEqual(ids);
});

test('limits a list to a status, or to those who are there', () => {
  expect(filterByStatus(agents, null)).toBe(agents);
  expect(filterByStatus(agents, 'AWAY').map(({ id }) => id)).toEqual(['jane']);
  expect(filterByStatus(agents, 'PRESENT').map(({ id }) => id)).toEqual(['sofia', 'jane']);
});

test('finds each team once, by name', () => {
  const other = { id: 'a', name: 'Admin' };
  expect(findTeams([...agents, boardAgent('x', { team }), boardAgent('y', { team: other })])).toEqual([other, team]);
});
