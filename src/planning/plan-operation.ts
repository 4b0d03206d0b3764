import { GraphQLError, isObjectType } from 'graphql';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { assertAccountNames } from '../gather/fan-out.ts';
import { coerceArguments } from '../graphql/ast/arguments.ts';
import type { PreparedOperation } from '../graphql/ast/operation.ts';
import { innermostCompletion, type SelectedField, type Selection } from '../graphql/ast/selected-field.ts';
import type { PlannedRead, ReadSpec } from '../vendors/call-estimate.ts';
import { mergeCandidates } from './agent-candidates.ts';
import type { FieldRule, FieldRules, PlanRead } from './field-rules.ts';
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
  const root = operation.rootSelection();
  if (root) walk.visitSelection(root, []);
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

  visitSelection({ type, fields }: Selection, parents: readonly ParentAgents[]): void {
    const rules = this.#rules[type.name];
    // Introspection reads nothing.
    for (const field of fields) if (!field.name.startsWith('__')) this.#visitField(field, rules?.[field.name], parents);
  }

  #visitField(field: SelectedField, rule: FieldRule | undefined, parents: readonly ParentAgents[]): void {
    this.#spend(1 + parents.length);
    if (rule?.kind === 'lookup') {
      const lookups = this.#planLookups(rule, field, parents);
      if (rule.planRead) this.#addAccountReads(rule.planRead, field, mergeParents(lookups));
      this.#visitLookups(lookups, field);
      return;
    }
    if (rule?.kind === 'read') {
      // A field that rejects its arguments has nothing below it.
      if (!this.#addAccountReads(rule.planRead, field, parents)) return;
    }
    const isBackReference = rule?.kind === 'backReference';
    this.#descend(field, isBackReference ? parents.map((parent) => ({ ...parent, separateBatch: true })) : parents);
  }

  #descend(field: SelectedField, parents: readonly ParentAgents[]): void {
    const { kind, type } = innermostCompletion(field.completion);
    if (kind === 'object') this.visitSelection(this.#operation.selectionOn(field, type), parents);
  }

  #planLookups(
    rule: FieldRule & { kind: 'lookup' },
    field: SelectedField,
    parents: readonly ParentAgents[],
  ): readonly PlannedLookup[] {
    const plan = () => rule.planLookups(coerceArguments(this.#operation, field) as never, this.#planning, parents);
    return nullOnRejection(plan) ?? [];
  }

  #visitLookups(lookups: readonly PlannedLookup[], field: SelectedField): void {
    if (lookups.some(({ parent }) => parent.candidates.resolvedBy === 'discovery')) {
      for (const account of this.#planning.discoverableAccounts) this.#addRead(account, { capability: 'discover' });
    }
    for (const { accountRead } of lookups) if (accountRead) this.#addRead(accountRead.account, accountRead.read);
    for (const sameType of groupByType(lookups)) {
      const typeName = sameType[0]?.type ?? null;
      const type = typeName === null ? undefined : this.#operation.schema.getType(typeName);
      if (isObjectType(type)) this.visitSelection(this.#operation.selectionOn(field, type), mergeParents(sameType));
    }
  }

  /** False for a field that rejects its arguments. */
  #addAccountReads(planRead: PlanRead, field: SelectedField, parents: readonly ParentAgents[]): boolean {
    const reads = this.#planAccountReads(planRead, field, parents);
    for (const { account, read } of reads ?? []) this.#addRead(account, read);
    return reads !== null;
  }

  #planAccountReads(
    planRead: PlanRead,
    field: SelectedField,
    parents: readonly ParentAgents[],
  ): readonly AccountRead[] | null {
    return nullOnRejection(() => {
      const args = coerceArguments(this.#operation, field);
      const spec = planRead(args as never, this.#operation, field.nodes);
      const accountNames = this.#capableAccounts(spec, (args.accounts ?? null) as readonly string[] | null, parents);
      const reads: AccountRead[] = [];
      for (const { candidates, separateBatch } of parents) {
        for (const account of accountNames) {
          const target = this.#resolveTarget(candidates, account);
          if (target.maxAgents === 0) continue;
          reads.push({ account, read: { ...spec, target, batchKey: separateBatch ? null : candidates.resolvedBy } });
        }
      }
      return reads;
    });
  }

  /** The accounts with the capability, of those that the field names. Throws InvalidInputError where the resolver does. */
  #capableAccounts(
    { capability }: ReadSpec,
    accounts: readonly string[] | null,
    parents: readonly ParentAgents[],
  ): readonly string[] {
    const { context } = this.#planning;
    const names: string[] = [];
    for (const { name } of context.accounts)
      if (accounts?.includes(name) !== false && context.dataSource(name)?.[capability] !== undefined) names.push(name);
    if (accounts && names.length > 0 && parents.some(({ candidates }) => candidates.agents.length > 0))
      assertAccountNames(context, accounts);
    return names;
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

function groupByType(lookups: readonly PlannedLookup[]): Iterable<readonly PlannedLookup[]> {
  return lookups.length === 1 ? [lookups] : Map.groupBy(lookups, ({ type }) => type).values();
}

function mergeParents(lookups: readonly PlannedLookup[]): readonly ParentAgents[] {
  const [only, ...others] = lookups;
  if (only && others.length === 0) return [only.parent];
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
