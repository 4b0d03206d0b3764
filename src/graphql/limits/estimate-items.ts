import {
  type FieldNode,
  getNamedType,
  getNullableType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  isCompositeType,
  isListType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { coerceArguments } from '../ast/arguments.ts';
import { collectSubfields, type PreparedOperation } from '../ast/operation.ts';
import { selectionSetsOf } from '../ast/selection.ts';

/** The assumed size of a list that no argument bounds, such as the periods of a session. */
const ASSUMED_LIST_SIZE = 10;

/** No resolver returns larger pages. */
const MAX_PAGE_SIZE = 10_000;

/** The arguments that bound the size of a page or a list. */
const SLICING_ARGUMENTS = ['first', 'size'] as const;
const LIST_ARGUMENTS = ['ids', 'representations'] as const;

/** Estimates the total list items in an operation's response, assuming that every page is full. */
export function estimateListItems(operation: PreparedOperation): number {
  const { schema } = operation;

  /** Estimates the items below `parentCount` objects of a type; if it is a connection, each has `pageSize` items. */
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
    // Introspection fields are not fields of the type; a rule of graphql-js bounds them.
    const field = node && parent.getFields()[node.name.value];
    if (!field) return 0;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return 0;
    const bound = findSizeBound(operation, field, node);
    // The items of a connection are in its `nodes` and `edges`, which have no arguments of their own.
    const length = isListType(getNullableType(field.type))
      ? (bound ?? (isConnection(parent) ? pageSize : ASSUMED_LIST_SIZE))
      : null;
    const items = parentCount * (length ?? 1);
    const selectionSets = selectionSetsOf(nodes);
    // An interface costs as much as the most expensive of its possible types.
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

/** Returns the bound that the arguments set; null where no argument bounds the field, 0 where its resolver will reject them. */
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
