import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type SelectionSetNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import { coerceArguments } from '../ast/arguments.ts';
import { type PreparedOperation, collectSubfields } from '../ast/operation.ts';
import { selectionSetsOf } from '../ast/selection.ts';

/** How many items a list is taken for that no argument bounds, such as the periods of a session. */
const ASSUMED_LIST_SIZE = 10;

/** No resolver gives more at a time. */
const MAX_PAGE_SIZE = 10_000;

/** The arguments that say how long a page or a list may become. */
const SLICING_ARGUMENTS = ['first', 'size'] as const;
const LIST_ARGUMENTS = ['ids', 'representations'] as const;

/** How many items the lists of an operation's answer would hold together, were every page full. */
export function estimateListItems(operation: PreparedOperation): number {
  const { schema } = operation;

  /** What stands below `times` objects of a type, each of whose pages, if it is a connection, holds `page` items. */
  function itemsBelow(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    parentCount: number,
    pageSize: number,
  ): number {
    return collectSubfields(operation, type, selectionSets).reduce(
      (sum, nodes) => sum + itemsOf(type, nodes, parentCount, pageSize),
      0,
    );
  }

  function itemsOf(
    parent: GraphQLObjectType,
    nodes: readonly FieldNode[],
    parentCount: number,
    pageSize: number,
  ): number {
    const [node] = nodes;
    // Introspection has no place among a type's fields, and is bounded by a rule of graphql-js.
    const field = node && parent.getFields()[node.name.value];
    if (!field) return 0;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return 0;
    const bound = findSizeBound(operation, field, node);
    // The items of a connection stand in its `nodes` and `edges`, which take no arguments of their own.
    const length = isListType(getNullableType(field.type))
      ? (bound ?? (isConnection(parent) ? pageSize : ASSUMED_LIST_SIZE))
      : null;
    const items = parentCount * (length ?? 1);
    const selectionSets = selectionSetsOf(nodes);
    // What is behind an interface is as much as the costliest of the types that it may be.
    const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
    const inner = Math.max(
      0,
      ...types.map((possibleType) => itemsBelow(possibleType, selectionSets, items, bound ?? ASSUMED_LIST_SIZE)),
    );
    return (length === null ? 0 : items) + inner;
  }

  const root = schema.getRootType(operation.definition.operation);
  return root ? itemsBelow(root, [operation.definition.selectionSet], 1, 0) : 0;
}

/** Null for a field that no argument bounds; 0 for one whose arguments its resolver will refuse. */
function findSizeBound(
  operation: PreparedOperation,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): number | null {
  let args: Readonly<Record<string, unknown>>;
  try {
    args = coerceArguments(field, node, operation.variableValues);
  } catch (error) {
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
  const names = new Set(field.args.map(({ name }) => name));
  for (const name of SLICING_ARGUMENTS)
    if (names.has(name)) return Math.min(Math.max(0, Number(args[name] ?? 0)), MAX_PAGE_SIZE);
  for (const name of LIST_ARGUMENTS) if (names.has(name)) return Array.isArray(args[name]) ? args[name].length : 0;
  return null;
}

function isConnection(type: GraphQLObjectType): boolean {
  return 'pageInfo' in type.getFields();
}
