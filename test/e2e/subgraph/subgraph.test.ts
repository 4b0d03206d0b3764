import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readQuery, startWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('returns the SDL and the entities of the subgraph to a federation router', async () => {
  const gateway = await world.startGateway();
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
  const [firstAgent, secondAgent] = data.agents.nodes;
  const interaction = firstAgent?.latestInteractions.nodes[0];
  world.calls();

  const response = await gateway.query<{ _service: { sdl: string }; _entities: readonly object[] }>(
    readQuery(import.meta.dirname),
    {
      representations: [
        { __typename: 'Agent', id: firstAgent?.id },
        { __typename: 'Agent', id: secondAgent?.id },
        { __typename: 'Interaction', id: interaction?.id },
        { __typename: 'Agent', id: interaction?.id },
      ],
    },
  );

  expect(response.errors).toBeUndefined();
  for (const type of ['Agent', 'Session', 'StatusPeriod', 'Interaction']) {
    expect(response.data._service.sdl).toMatch(new RegExp(`type ${type}[^{]*@key\\(fields: "id"\\)`));
  }
  expect(response.data._entities).toEqual([
    { __typename: 'Agent', name: firstAgent?.name },
    { __typename: 'Agent', name: secondAgent?.name },
    { __typename: 'Interaction', guid: interaction?.guid },
    null,
  ]);
});
