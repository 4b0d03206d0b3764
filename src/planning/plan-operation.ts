import {
  type FieldNode,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { coerceArguments } from '../graphql/ast/arguments.ts';
import { collectSubfields, type PreparedOperation } from '../graphql/ast/operation.ts';
import { selectionSetsOf } from '../graphql/ast/selection.ts';
import type { PlannedRead } from '../vendors/call-estimate.ts';
import { mergeCandidates } from './agent-candidates.ts';
import type { FieldRule, FieldRules } from './field-rules.ts';
import type { ParentAgents, PlannedLookup } from './planned-lookup.ts';
import type { PlanningContext } from './planning-context.ts';
import { PlanningLimitError } from './planning-limit-error.ts';
import { createTargetResolver } from './target-agents.ts';

/** Bounds the time for planning, which blocks the event loop: visits of a field per parent, and agents per planned read. */
const MAX_PLANNING_STEPS = 1_000_000;

interface AccountRead {
  readonly account: string;
  readonly read: PlannedRead;
}

/** What an operation may read from each account, by account name. Walks the operation as execution would, without any call. */
export function planReads(
  operation: PreparedOperation,
  planning: PlanningContext,
  rules: FieldRules,
): ReadonlyMap<string, readonly PlannedRead[]> {
  const walk = new OperationWalk(operation, planning, rules);
  const root = operation.schema.getRootType(operation.definition.operation);
  if (root) walk.visitType(root, [operation.definition.selectionSet], []);
  return walk.readsByAccount;
}

class OperationWalk {
  readonly readsByAccount = new Map<string, PlannedRead[]>();
  readonly #operation: PreparedOperation;
  readonly #planning: PlanningContext;
  readonly #rules: FieldRules;
  readonly #resolveTarget: ReturnType<typeof createTargetResolver>;
  #spentSteps = 0;

  constructor(operation: PreparedOperation, planning: PlanningContext, rules: FieldRules) {
    this.#operation = operation;
    this.#planning = planning;
    this.#rules = rules;
    this.#resolveTarget = createTargetResolver(planning);
  }

  visitType(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    parents: readonly ParentAgents[],
  ): void {
    for (const nodes of collectSubfields(this.#operation, type, selectionSets)) {
      const [node] = nodes;
      // Introspection fields are not among a type's fields, and read nothing.
      const field = node && type.getFields()[node.name.value];
      if (field) this.#visitField(type, field, nodes, parents);
    }
  }

  #visitField(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    parents: readonly ParentAgents[],
  ): void {
    this.#spend(1 + parents.length);
    const rule = this.#rules[type.name]?.[field.name];
    if (rule?.kind === 'lookup') {
      this.#visitLookups(this.#planLookups(rule, field, nodes), nodes);
      return;
    }
    if (rule?.kind === 'read') {
      const reads = this.#planAccountReads(rule, field, nodes, parents);
      // A field that rejects its arguments has nothing below it.
      if (!reads) return;
      for (const { account, read } of reads) this.#addRead(account, read);
    }
    const isBackReference = rule?.kind === 'backReference';
    this.#descend(
      field,
      nodes,
      isBackReference ? parents.map((parent) => ({ ...parent, separateBatch: true })) : parents,
    );
  }

  #descend(field: GraphQLField<unknown, unknown>, nodes: readonly FieldNode[], parents: readonly ParentAgents[]): void {
    const type = getNamedType(field.type);
    if (isObjectType(type)) this.visitType(type, selectionSetsOf(nodes), parents);
  }

  #planLookups(
    rule: FieldRule & { kind: 'lookup' },
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
  ): readonly PlannedLookup[] {
    return nullOnRejection(() => rule.planLookups(this.#coerceArguments(field, nodes) as never, this.#planning)) ?? [];
  }

  #visitLookups(lookups: readonly PlannedLookup[], nodes: readonly FieldNode[]): void {
    if (lookups.some(({ parent }) => parent.candidates.resolvedBy === 'discovery')) {
      for (const account of this.#planning.discoverableAccounts) this.#addRead(account, { capability: 'discover' });
    }
    for (const { accountRead } of lookups) if (accountRead) this.#addRead(accountRead.account, accountRead.read);
    for (const [typeName, sameType] of Map.groupBy(lookups, ({ type }) => type)) {
      const type = typeName === null ? undefined : this.#operation.schema.getType(typeName);
      if (isObjectType(type)) this.visitType(type, selectionSetsOf(nodes), mergeParents(sameType));
    }
  }

  #planAccountReads(
    rule: FieldRule & { kind: 'read' },
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    parents: readonly ParentAgents[],
  ): readonly AccountRead[] | null {
    return nullOnRejection(() => {
      const args = this.#coerceArguments(field, nodes);
      const spec = rule.planRead(args as never, this.#operation, nodes);
      const accounts = (args.accounts ?? null) as readonly string[] | null;
      const { context } = this.#planning;
      const capableAccounts = context.accounts.filter(
        ({ name }) => accounts?.includes(name) !== false && context.dataSource(name)?.[spec.capability] !== undefined,
      );
      const selection = { capability: spec.capability, accounts };
      return parents.flatMap(({ candidates, separateBatch }) =>
        capableAccounts.flatMap(({ name }) => {
          const target = this.#resolveTarget(candidates, name, selection);
          const read: PlannedRead = { ...spec, target, batchKey: separateBatch ? null : candidates.resolvedBy };
          return target.maxAgents > 0 ? [{ account: name, read }] : [];
        }),
      );
    });
  }

  #coerceArguments(
    field: GraphQLField<unknown, unknown>,
    [node]: readonly FieldNode[],
  ): ReturnType<typeof coerceArguments> {
    return node ? coerceArguments(field, node, this.#operation.variableValues) : {};
  }

  #addRead(account: string, read: PlannedRead): void {
    this.#spend('target' in read ? 1 + read.target.refs.length : 1);
    const reads = this.readsByAccount.get(account);
    if (reads) reads.push(read);
    else this.readsByAccount.set(account, [read]);
  }

  #spend(count: number): void {
    this.#spentSteps += count;
    if (this.#spentSteps > MAX_PLANNING_STEPS)
      throw new PlanningLimitError('it asks about too many agents in too many places.');
  }
}

function mergeParents(lookups: readonly PlannedLookup[]): readonly ParentAgents[] {
  const separateBatch = lookups.some(({ parent }) => parent.separateBatch);
  return mergeCandidates(lookups.map(({ parent }) => parent.candidates)).map((candidates) => ({
    candidates,
    separateBatch,
  }));
}

/** Null for a field that rejects its arguments: it causes no reads. */
function nullOnRejection<T>(plan: () => T): T | null {
  try {
    return plan();
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof GraphQLError) return null;
    throw error;
  }
}
