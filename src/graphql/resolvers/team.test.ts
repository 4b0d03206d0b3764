import { expect, test } from '@jest/globals';
import { runQuery } from '../../../test/support/schema-harness.ts';

test('Team.agents pages through the agents of the team, and Agent.team leads back', async () => {
  const query =
    '{ teams { id name agents(first: 1) { totalCount nodes { key team { name agents { totalCount } } } } } }';
  expect(await runQuery(query)).toEqual({
    data: {
      teams: [
        {
          id: 't',
          name: 'Team T',
          agents: { totalCount: 1, nodes: [{ key: 'jane', team: { name: 'Team T', agents: { totalCount: 1 } } }] },
        },
      ],
    },
  });
});

test('Team.agents rejects an invalid page', async () => {
  const { errors } = await runQuery('{ teams { agents(first: 1001) { totalCount } } }');
  expect(errors?.map(({ path }) => path)).toEqual([['teams', 0, 'agents']]);
});
