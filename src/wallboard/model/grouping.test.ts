import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boardAgent } from '../../../test/support/board-agents.ts';
import { groupAgents } from './grouping.ts';
import { STATUSES } from './status-order.ts';

const sales = { id: 'sales', name: 'Sales' };
const support = { id: 'support', name: 'Support' };

function idsOf(groups: ReturnType<typeof groupAgents>) {
  return groups.map(({ name, agents }) => [name, agents.map(({ id }) => id)]);
}

test('groups by status, the longest in the status first', () => {
  const agents = [
    boardAgent('short', { since: 20 }),
    boardAgent('long', { since: 10 }),
    boardAgent('gone', { status: 'OFFLINE', since: null }),
    boardAgent('away', { status: 'AWAY' }),
  ];
  expect(idsOf(groupAgents(agents, 'status'))).toEqual([
    ['Available', ['long', 'short']],
    ['Away', ['away']],
    ['Offline', ['gone']],
  ]);
});

test('groups by team: teams by name, who has none last, in a team by status and then by duration', () => {
  const agents = [
    boardAgent('free'),
    boardAgent('b', { team: support, since: 5 }),
    boardAgent('a', { team: support, since: 9 }),
    boardAgent('busy', { team: support, status: 'BUSY', since: 1 }),
    boardAgent('seller', { team: sales }),
  ];
  expect(idsOf(groupAgents(agents, 'team'))).toEqual([
    ['Sales', ['seller']],
    ['Support', ['b', 'a', 'busy']],
    ['No team', ['free']],
  ]);
});

test('holds everyone exactly once, in either grouping, and in the order of duration', () => {
  const anyAgent = fc.record({
    status: fc.constantFrom(...STATUSES),
    since: fc.option(fc.nat(5)),
    team: fc.constantFrom(null, sales, support),
  });
  fc.assert(
    fc.property(fc.array(anyAgent), fc.constantFrom('status', 'team'), (changes, grouping) => {
      const agents = changes.map((change, index) => boardAgent(`agent ${index}`, change));
      const groups = groupAgents(agents, grouping);
      const ids = groups.flatMap((group) => group.agents.map(({ id }) => id));
      expect(ids.toSorted()).toEqual(agents.map(({ id }) => id).toSorted());
      for (const group of groups) {
        expect(group.size).toBe(group.agents.length);
        group.agents.forEach((agent, index) => {
          const next = group.agents[index + 1];
          if (next?.status === agent.status)
            expect(agent.since ?? Infinity).toBeLessThanOrEqual(next.since ?? Infinity);
        });
      }
    }),
  );
});
