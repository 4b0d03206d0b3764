import { InvalidInputError } from '../../domain/invalid-input-error.ts';
import { type Node, node, resolveNodeType } from '../../gather/nodes.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { assertMaxLength } from '../../gather/validate-args.ts';
import { type FieldRules, lookupRule } from '../../planning/field-rules.ts';
import { nodeLookups, type PlannedLookup } from '../../planning/planned-lookup.ts';
import type { PlanningContext } from '../../planning/planning-context.ts';

/** The types that other subgraphs may reference by id. */
export const ENTITY_TYPES: readonly string[] = [
  'Agent',
  'Session',
  'StatusPeriod',
  'Interaction',
] satisfies readonly ReturnType<typeof resolveNodeType>[];

/** Declares the entities to Federation 2. */
export const FEDERATION_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  ${ENTITY_TYPES.map((name) => `extend type ${name} @key(fields: "id")`).join('\n')}
`;

interface EntitiesArgs {
  /** Unvalidated input: the scalar `_Any` accepts any value. */
  readonly representations: readonly unknown[];
}

/**
 * Replaces the `_entities` resolver of @apollo/subgraph, which writes into the objects that it returns and treats a
 * representation of no entity as an internal error.
 */
export const entityResolvers = {
  Query: {
    // One promise per representation, so that a failure affects its own place only.
    _entities: (_: unknown, { representations }: EntitiesArgs, context: QueryContext) => {
      assertRepresentations(representations);
      return representations.map(async (representation) => resolveReference(context, representation));
    },
  },
  _Entity: { __resolveType: resolveNodeType },
};

export const entityRules = {
  Query: {
    _entities: lookupRule(({ representations }: EntitiesArgs, planning) =>
      assertRepresentations(representations).flatMap((representation) => entityLookups(planning, representation)),
    ),
  },
} satisfies FieldRules;

/** Routers request all entities of a page at once. */
const MAX_REPRESENTATIONS = 1000;

/** Throws InvalidInputError for too many representations. */
function assertRepresentations(representations: readonly unknown[]): readonly unknown[] {
  assertMaxLength('representations', representations, MAX_REPRESENTATIONS);
  return representations;
}

async function resolveReference(context: QueryContext, representation: unknown): Promise<Node | null> {
  const { __typename: type, id } = parseRepresentation(representation);
  if (typeof type !== 'string' || !ENTITY_TYPES.includes(type)) {
    throw new InvalidInputError(
      'representations',
      `each needs one of these as its __typename: ${ENTITY_TYPES.join(', ')}`,
    );
  }
  const resolved = typeof id === 'string' ? await node(context, id) : null;
  return resolved && resolveNodeType(resolved) === type ? resolved : null;
}

/** An object of another type than the representation's is looked up, but not returned. */
function entityLookups(planning: PlanningContext, representation: unknown): readonly PlannedLookup[] {
  const { __typename: type, id } = parseRepresentation(representation);
  if (typeof id !== 'string') return [];
  return nodeLookups(planning, id).map((lookup) => (lookup.type === type ? lookup : { ...lookup, type: null }));
}

function parseRepresentation(representation: unknown): { readonly __typename?: unknown; readonly id?: unknown } {
  return Object(representation) as { readonly __typename?: unknown; readonly id?: unknown };
}
