import {
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type SelectionSetNode,
  getNamedType,
  isObjectType,
} from 'graphql';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { type PlanningContext, createTargetResolver, mergeCandidates } from './agent-candidates.ts';
import type { ReadSpec, PlannedRead } from '../vendors/call-estimate.ts';
import { coerceArguments } from '../graphql/ast/arguments.ts';
import { queryTooComplexError } from '../graphql/limits/query-too-complex-error.ts';
import { type PreparedOperation, collectSubfields } from '../graphql/ast/operation.ts';
import { selectionSetsOf } from '../graphql/ast/selection.ts';
import { FIELD_RULES, type FieldRule } from './field-rules.ts';
import type { PlannedLookup, ParentAgents } from './planned-lookup.ts';

/** Planning takes time, during which nothing else happens: so many visits of a field below an agent, and agents in questions. */
const MAX_PLANNING_STEPS = 1_000_000;

interface AccountRead {
  readonly account: string;
  readonly read: PlannedRead;
}

/** What an operation may ask each account, by the account's name. It is walked as it would run, but nobody is asked. */
export function planReads(
  operation: PreparedOperation,
  planning: PlanningContext,
): ReadonlyMap<string, readonly PlannedRead[]> {
  const { schema } = operation;
  const { context } = planning;
  const resolveTarget = createTargetResolver(planning);
  const readsByAccount = new Map<string, PlannedRead[]>();
  let spentSteps = 0;

  function spend(count: number): void {
    spentSteps += count;
    if (spentSteps > MAX_PLANNING_STEPS)
      throw queryTooComplexError('planning_steps', 'it asks about too many agents in too many places.');
  }

  function addRead(account: string, read: PlannedRead): void {
    spend('target' in read ? 1 + read.target.refs.length : 1);
    const reads = readsByAccount.get(account);
    if (reads) reads.push(read);
    else readsByAccount.set(account, [read]);
  }

  function walk(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    parents: readonly ParentAgents[],
  ): void {
    for (const nodes of collectSubfields(operation, type, selectionSets)) visitField(type, nodes, parents);
  }

  function visitField(type: GraphQLObjectType, nodes: readonly FieldNode[], parents: readonly ParentAgents[]): void {
    const [node] = nodes;
    // Introspection has no place among a type's fields, and asks nobody.
    const field = node && type.getFields()[node.name.value];
    if (!field) return;
    const selectionSets = selectionSetsOf(nodes);
    const fieldType = getNamedType(field.type);
    const descend = (nextParents: readonly ParentAgents[]): void => {
      if (isObjectType(fieldType)) walk(fieldType, selectionSets, nextParents);
    };

    spend(1 + parents.length);
    const rule = FIELD_RULES[`${type.name}.${field.name}`];
    if (!rule) descend(parents);
    else if (rule.kind === 'backReference') descend(parents.map((parent) => ({ ...parent, apart: true })));
    else if (rule.kind === 'lookup') {
      const lookups = tryResolve(() =>
        rule.planLookups(coerceArguments(field, node, operation.variableValues) as never, planning),
      );
      if (lookups) addLookups(lookups, selectionSets);
    } else {
      const reads = tryResolve(() =>
        readsOf(rule, coerceArguments(field, node, operation.variableValues), nodes, parents),
      );
      for (const { account, read } of reads ?? []) addRead(account, read);
      if (reads) descend(parents);
    }
  }

  function addLookups(lookups: readonly PlannedLookup[], selectionSets: readonly SelectionSetNode[]): void {
    if (lookups.some(({ parent }) => parent.candidates.resolvedBy === 'discovery')) {
      for (const account of planning.discoverableAccounts) addRead(account, { capability: 'discover' });
    }
    for (const { accountRead } of lookups) if (accountRead) addRead(accountRead.account, accountRead.read);
    for (const [typeName, sameType] of Map.groupBy(lookups, ({ type }) => type)) {
      const type = typeName === null ? undefined : schema.getType(typeName);
      if (isObjectType(type)) walk(type, selectionSets, mergeParents(sameType));
    }
  }

  function readsOf(
    rule: FieldRule & { kind: 'read' },
    args: { readonly accounts?: unknown },
    nodes: readonly FieldNode[],
    parents: readonly ParentAgents[],
  ): readonly AccountRead[] {
    const spec: ReadSpec = rule.planRead(args as never, operation, nodes);
    const accounts = (args.accounts ?? null) as readonly string[] | null;
    const capableAccounts = context.accounts.filter(
      ({ name }) => accounts?.includes(name) !== false && context.dataSource(name)?.[spec.capability] !== undefined,
    );
    const selection = { capability: spec.capability, accounts, firstOnly: rule.accounts === 'first' };
    return parents.flatMap(({ candidates, separateBatch }) =>
      capableAccounts.flatMap(({ name }) => {
        const target = resolveTarget(candidates, name, selection);
        const read: PlannedRead = { ...spec, target, batchKey: separateBatch ? null : candidates.resolvedBy };
        return target.maxAgents > 0 ? [{ account: name, read }] : [];
      }),
    );
  }

  const root = schema.getRootType(operation.definition.operation);
  if (root) walk(root, [operation.definition.selectionSet], []);
  return readsByAccount;
}

function mergeParents(lookups: readonly PlannedLookup[]): readonly ParentAgents[] {
  const separateBatch = lookups.some(({ parent }) => parent.separateBatch);
  return mergeCandidates(lookups.map(({ parent }) => parent.candidates)).map((candidates) => ({
    candidates,
    separateBatch,
  }));
}

/** A field that is refused, for an argument that cannot be, asks nobody and has nothing below it: null. */
function tryResolve<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof GraphQLError) return null;
    throw error;
  }
}
