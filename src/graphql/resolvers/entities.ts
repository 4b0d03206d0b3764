import { InvalidInputError } from '../../domain/invalid-input-error.ts';
import { agentByEmail, agentByKey } from '../../gather/agents.ts';
import { type Node, node, resolveNodeType } from '../../gather/nodes.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { assertMaxLength } from '../../gather/validate-args.ts';
import { candidatesByEmail, candidatesByKey } from '../../planning/agent-candidates.ts';
import { type FieldRules, lookupRule } from '../../planning/field-rules.ts';
import { agentLookups, nodeLookups, type PlannedLookup } from '../../planning/planned-lookup.ts';
import type { PlanningContext } from '../../planning/planning-context.ts';
import { ENTITY_KEYS } from '../federation.ts';

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
  const reference = parseReference(representation);
  if (!reference) {
    throw new InvalidInputError(
      'representations',
      `each needs one of these as its __typename: ${Object.keys(ENTITY_KEYS).join(', ')}`,
    );
  }
  const { type, key, value } = reference;
  if (key === 'email') return agentByEmail(context, value);
  if (key === 'key') return agentByKey(context, value);
  const resolved = key === 'id' ? await node(context, value) : null;
  return resolved && resolveNodeType(resolved) === type ? resolved : null;
}

/** An object of another type than the representation's is looked up, but not returned. */
function entityLookups(planning: PlanningContext, representation: unknown): readonly PlannedLookup[] {
  const { type, key, value = '' } = parseReference(representation) ?? {};
  if (key === 'email') return agentLookups(candidatesByEmail(planning, value));
  if (key === 'key') return agentLookups(candidatesByKey(planning, value));
  if (key !== 'id') return [];
  return nodeLookups(planning, value).map((lookup) => (lookup.type === type ? lookup : { ...lookup, type: null }));
}

/** Which entity a representation names: its type, and the first of the type's keys that it has. */
type EntityReference =
  | { readonly type: string; readonly key: string; readonly value: string }
  | { readonly type: string; readonly key: null; readonly value?: never };

/** Null for a representation without the type of an entity. The key is null for one that names no object of the type. */
function parseReference(representation: unknown): EntityReference | null {
  const fields = Object(representation) as Readonly<Record<string, unknown>>;
  const { __typename: type } = fields;
  if (typeof type !== 'string' || !Object.hasOwn(ENTITY_KEYS, type)) return null;
  const key = ENTITY_KEYS[type]?.find((name) => fields[name] != null);
  const value = key === undefined ? null : fields[key];
  return key !== undefined && typeof value === 'string' ? { type, key, value } : { type, key: null };
}
