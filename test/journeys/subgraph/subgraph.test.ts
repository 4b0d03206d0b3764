import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type World, queryOf, startWorld } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('a federation router gets the subgraph’s SDL, and entities through the same loaders', async () => {
  const gateway = await world.gateway();
  const { data } = await gateway.query<{
    agents: {
      nodes: readonly {
        id: string;
        name: string;
        latestInteractions: { nodes: readonly { id: string; guid: string }[] };
      }[];
    };
  }>(
    '{ agents(first: 50, filter: { vendor: VONAGE }) { nodes { id name latestInteractions { nodes { id guid } } } } }',
  );
  const [one, two] = data.agents.nodes;
  const interaction = one?.latestInteractions.nodes[0];
  world.calls();

  const answer = await gateway.query<{ _service: { sdl: string }; _entities: readonly object[] }>(
    queryOf(import.meta.dirname),
    {
      representations: [
        { __typename: 'Agent', id: one?.id },
        { __typename: 'Agent', id: two?.id },
        { __typename: 'Interaction', id: interaction?.id },
        { __typename: 'Agent', id: interaction?.id },
      ],
    },
  );

  expect(answer.errors).toBeUndefined();
  for (const type of ['Agent', 'Session', 'StatusPeriod', 'Interaction']) {
    expect(answer.data._service.sdl).toMatch(new RegExp(`type ${type}[^{]*@key\\(fields: "id"\\)`));
  }
  expect(answer.data._entities).toEqual([
    { __typename: 'Agent', name: one?.name },
    { __typename: 'Agent', name: two?.name },
    { __typename: 'Interaction', guid: interaction?.guid },
    null,
  ]);
});
