import type { FieldNode } from 'graphql';
import type { ExecutionScope } from '../graphql/ast/selection.ts';
import type { ReadSpec } from '../vendors/call-estimate.ts';
import type { ParentAgents, PlannedLookup } from './planned-lookup.ts';
import type { PlanningContext } from './planning-context.ts';

// The arguments have the field's own type: the schema has coerced them.
type PlanLookups = (
  args: never,
  planning: PlanningContext,
  parents: readonly ParentAgents[],
) => readonly PlannedLookup[];
export type PlanRead = (args: never, scope: ExecutionScope, nodes: readonly FieldNode[]) => ReadSpec;

/** Which vendor reads a field causes. `planLookups` and `planRead` throw what the resolver throws before its first read. */
export type FieldRule =
  /** Looks up agents, or objects that belong to one. It may read the accounts of all agents that it finds, as `read` does. */
  | { readonly kind: 'lookup'; readonly planLookups: PlanLookups; readonly planRead?: PlanRead }
  /** Reads the accounts of its agent that support the capability: all of them, in the worst case. */
  | { readonly kind: 'read'; readonly planRead: PlanRead }
  /** Returns the agent through which its object was found. */
  | { readonly kind: 'backReference' };

/** The rules of a schema by type and field, in the form of a resolver map. A field without a rule causes no vendor reads. */
export type FieldRules = Readonly<Partial<Record<string, Readonly<Partial<Record<string, FieldRule>>>>>>;

export function lookupRule(planLookups: PlanLookups): FieldRule {
  return { kind: 'lookup', planLookups };
}

export function lookupAndReadRule(planLookups: PlanLookups, planRead: PlanRead): FieldRule {
  return { kind: 'lookup', planLookups, planRead };
}

export function readRule(planRead: PlanRead): FieldRule {
  return { kind: 'read', planRead };
}

export const backReferenceRule: FieldRule = { kind: 'backReference' };
