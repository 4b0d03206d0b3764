import { InvalidInput } from '../domain/invalid-input.ts';
import type { Context } from '../gather/context.ts';
import { checkLength } from '../gather/input.ts';
import { type Node, node, typeOfNode } from '../gather/nodes.ts';

/** The types that other subgraphs may refer to by their id. */
export const ENTITIES: readonly string[] = [
  'Agent',
  'Session',
  'StatusPeriod',
  'Interaction',
] satisfies readonly ReturnType<typeof typeOfNode>[];

/** Says so, in Federation 2's words. */
export const FEDERATION = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  ${ENTITIES.map((name) => `extend type ${name} @key(fields: "id")`).join('\n')}
`;

interface Representations {
  /** They come from outside, and GraphQL has not checked them: the type `_Any` takes anything. */
  readonly representations: readonly unknown[];
}

/**
 * In the place of the library's own `_entities`, which writes into what it passes on, and takes a representation of no entity
 * for a fault of the gateway.
 */
export const entities = {
  Query: {
    // Each by itself, so that one that fails costs its own place only.
    _entities: (_: unknown, { representations }: Representations, { desk }: Context) => {
      checkRepresentations(representations);
      return representations.map(async (representation) => entity(desk, representation));
    },
  },
  _Entity: { __resolveType: typeOfNode },
};

/** Routers ask for all the entities of a page at once. */
const MOST = 1000;

/** Throws InvalidInput for too many. */
export function checkRepresentations(representations: readonly unknown[]): readonly unknown[] {
  checkLength('representations', representations, MOST);
  return representations;
}

async function entity(desk: Context['desk'], representation: unknown): Promise<Node | null> {
  const { __typename: type, id } = Object(representation) as { readonly __typename?: unknown; readonly id?: unknown };
  if (typeof type !== 'string' || !ENTITIES.includes(type)) {
    throw new InvalidInput('representations', `each needs one of these as its __typename: ${ENTITIES.join(', ')}`);
  }
  const found = typeof id === 'string' ? await node(desk, id) : null;
  return found && typeOfNode(found) === type ? found : null;
}
