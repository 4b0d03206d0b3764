import { InvalidInputError } from '../../domain/invalid-input-error.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { assertMaxLength } from '../../gather/validate-args.ts';
import { type Node, node, resolveNodeType } from '../../gather/nodes.ts';

/** The types that other subgraphs may refer to by their id. */
export const ENTITY_TYPES: readonly string[] = [
  'Agent',
  'Session',
  'StatusPeriod',
  'Interaction',
] satisfies readonly ReturnType<typeof resolveNodeType>[];

/** Says so, in Federation 2's words. */
export const FEDERATION_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  ${ENTITY_TYPES.map((name) => `extend type ${name} @key(fields: "id")`).join('\n')}
`;

interface EntitiesArgs {
  /** They come from outside, and GraphQL has not checked them: the type `_Any` takes anything. */
  readonly representations: readonly unknown[];
}

/**
 * In the place of the library's own `_entities`, which writes into what it passes on, and takes a representation of no entity
 * for a fault of the gateway.
 */
export const entityResolvers = {
  Query: {
    // Each by itself, so that one that fails costs its own place only.
    _entities: (_: unknown, { representations }: EntitiesArgs, context: QueryContext) => {
      assertRepresentations(representations);
      return representations.map(async (representation) => resolveReference(context, representation));
    },
  },
  _Entity: { __resolveType: resolveNodeType },
};

/** Routers ask for all the entities of a page at once. */
const MAX_REPRESENTATIONS = 1000;

/** Throws InvalidInput for too many. */
export function assertRepresentations(representations: readonly unknown[]): readonly unknown[] {
  assertMaxLength('representations', representations, MAX_REPRESENTATIONS);
  return representations;
}

async function resolveReference(context: QueryContext, representation: unknown): Promise<Node | null> {
  const { __typename: type, id } = Object(representation) as { readonly __typename?: unknown; readonly id?: unknown };
  if (typeof type !== 'string' || !ENTITY_TYPES.includes(type)) {
    throw new InvalidInputError(
      'representations',
      `each needs one of these as its __typename: ${ENTITY_TYPES.join(', ')}`,
    );
  }
  const resolved = typeof id === 'string' ? await node(context, id) : null;
  return resolved && resolveNodeType(resolved) === type ? resolved : null;
}
