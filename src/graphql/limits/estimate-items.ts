import { GraphQLError, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { maxIntervals } from '../../domain/report-interval.ts';
import type { StatusTotalsArgs } from '../../gather/status-totals.ts';
import { coerceArguments } from '../ast/arguments.ts';
import type { PreparedOperation } from '../ast/operation.ts';
import { innermostCompletion, type SelectedField, type Selection } from '../ast/selected-field.ts';

/** The assumed size of a list that no argument bounds, such as the periods of a session. */
const ASSUMED_LIST_SIZE = 10;

/** No resolver returns larger pages. */
const MAX_PAGE_SIZE = 10_000;

/** Totals by interval have at most one for each status in each account. Most agents have two accounts with statuses at most. */
const STATUSES = 5;
const ASSUMED_ACCOUNTS = 2;

/** The arguments that bound the size of a page or a list. */
const SLICING_ARGUMENTS = ['first', 'size'] as const;
const LIST_ARGUMENTS = ['ids', 'representations'] as const;

/** Estimates the total list items in an operation's response, assuming that every page is full. */
export function estimateListItems(operation: PreparedOperation): number {
  const { schema } = operation;

  /** Estimates the items below `parentCount` objects of a type; if it has `nodes`, each has `pageSize` items. */
  function itemsBelow({ fields }: Selection, parentCount: number, pageSize: number): number {
    let sum = 0;
    for (const field of fields) sum += itemsOf(field, parentCount, pageSize);
    return sum;
  }

  function itemsOf(field: SelectedField, parentCount: number, pageSize: number): number {
    const { kind, type } = innermostCompletion(field.completion);
    // A rule of graphql-js bounds introspection.
    if (kind === 'leaf' || field.name.startsWith('__')) return 0;
    const bound = findSizeBound(operation, field);
    // The items of a connection are in its `nodes` and `edges`, which have no arguments of their own; likewise totals.
    const length =
      field.completion.kind === 'list' ? (bound ?? (hasNodes(field.parentType) ? pageSize : ASSUMED_LIST_SIZE)) : null;
    const items = parentCount * (length ?? 1);
    const innerOf = (objectType: GraphQLObjectType): number =>
      itemsBelow(operation.selectionOn(field, objectType), items, bound ?? ASSUMED_LIST_SIZE);
    // An interface costs as much as the most expensive of its possible types.
    const inner = kind === 'object' ? innerOf(type) : Math.max(0, ...schema.getPossibleTypes(type).map(innerOf));
    return (length === null ? 0 : items) + inner;
  }

  const root = operation.rootSelection();
  return root ? itemsBelow(root, 1, 0) : 0;
}

/** Returns the bound that the arguments set; null where no argument bounds the field, 0 where its resolver will reject them. */
function findSizeBound(operation: PreparedOperation, field: SelectedField): number | null {
  const { definition } = field;
  if (definition.args.length === 0) return null;
  let args: Readonly<Record<string, unknown>>;
  try {
    args = coerceArguments(operation, field);
  } catch (error) {
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
  for (const name of SLICING_ARGUMENTS)
    if (hasArgument(definition, name)) return Math.min(Math.max(0, Number(args[name] ?? 0)), MAX_PAGE_SIZE);
  if (hasArgument(definition, 'interval')) return maxTotals(args as unknown as TotalsArgs);
  for (const name of LIST_ARGUMENTS)
    if (hasArgument(definition, name)) return Array.isArray(args[name]) ? args[name].length : 0;
  return null;
}

function hasArgument({ args }: GraphQLField<unknown, unknown>, name: string): boolean {
  return args.some((arg) => arg.name === name);
}

type TotalsArgs = Pick<StatusTotalsArgs, 'during' | 'interval' | 'accounts'>;

function maxTotals({ during, interval = null, accounts }: TotalsArgs): number {
  return maxIntervals(during, interval) * STATUSES * (accounts?.length ?? ASSUMED_ACCOUNTS);
}

function hasNodes(type: GraphQLObjectType): boolean {
  return 'nodes' in type.getFields();
}
