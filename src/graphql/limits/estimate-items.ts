import {
  getNamedType,
  getNullableType,
  GraphQLError,
  type GraphQLObjectType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import { maxIntervals } from '../../domain/report-interval.ts';
import type { StatusTotalsArgs } from '../../gather/status-totals.ts';
import { coerceArguments } from '../ast/arguments.ts';
import type { PreparedOperation } from '../ast/operation.ts';
import type { SelectedField, Selection } from '../ast/selected-field.ts';

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
    return fields.reduce((sum, field) => sum + itemsOf(field, parentCount, pageSize), 0);
  }

  function itemsOf(field: SelectedField, parentCount: number, pageSize: number): number {
    // A rule of graphql-js bounds introspection.
    if (field.name.startsWith('__')) return 0;
    const { type: outputType } = field.definition;
    const type = getNamedType(outputType);
    if (!isCompositeType(type)) return 0;
    const bound = findSizeBound(operation, field);
    // The items of a connection are in its `nodes` and `edges`, which have no arguments of their own; likewise totals.
    const length = isListType(getNullableType(outputType))
      ? (bound ?? (hasNodes(field.parentType) ? pageSize : ASSUMED_LIST_SIZE))
      : null;
    const items = parentCount * (length ?? 1);
    // An interface costs as much as the most expensive of its possible types.
    const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
    const inner = Math.max(
      0,
      ...types.map((possibleType) =>
        itemsBelow(operation.selectionOn(field, possibleType), items, bound ?? ASSUMED_LIST_SIZE),
      ),
    );
    return (length === null ? 0 : items) + inner;
  }

  const root = operation.rootSelection();
  return root ? itemsBelow(root, 1, 0) : 0;
}

/** Returns the bound that the arguments set; null where no argument bounds the field, 0 where its resolver will reject them. */
function findSizeBound(operation: PreparedOperation, field: SelectedField): number | null {
  if (field.definition.args.length === 0) return null;
  let args: Readonly<Record<string, unknown>>;
  try {
    args = coerceArguments(operation, field);
  } catch (error) {
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
  const names = new Set(field.definition.args.map(({ name }) => name));
  for (const name of SLICING_ARGUMENTS)
    if (names.has(name)) return Math.min(Math.max(0, Number(args[name] ?? 0)), MAX_PAGE_SIZE);
  if (names.has('interval')) return maxTotals(args as unknown as TotalsArgs);
  for (const name of LIST_ARGUMENTS) if (names.has(name)) return Array.isArray(args[name]) ? args[name].length : 0;
  return null;
}

type TotalsArgs = Pick<StatusTotalsArgs, 'during' | 'interval' | 'accounts'>;

function maxTotals({ during, interval = null, accounts }: TotalsArgs): number {
  return maxIntervals(during, interval) * STATUSES * (accounts?.length ?? ASSUMED_ACCOUNTS);
}

function hasNodes(type: GraphQLObjectType): boolean {
  return 'nodes' in type.getFields();
}
