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
import { argumentsOf } from '../arguments.ts';
import { type Operation, fieldsAt } from '../operation.ts';
import { selectionsOf } from '../selection.ts';

/** How many items a list is taken for that no argument bounds, such as the periods of a session. */
const USUAL_LENGTH = 10;

/** No resolver gives more at a time. */
const LONGEST_PAGE = 10_000;

/** The arguments that say how long a page or a list may become. */
const BOUNDS = ['first', 'size'] as const;
const KEYS = ['ids', 'representations'] as const;

/** How many items the lists of an operation's answer would hold together, were every page full. */
export function costOf(operation: Operation): number {
  const { schema } = operation;

  /** What stands below `times` objects of a type, each of whose pages, if it is a connection, holds `page` items. */
  function below(type: GraphQLObjectType, sets: readonly SelectionSetNode[], times: number, page: number): number {
    return fieldsAt(operation, type, sets).reduce((sum, nodes) => sum + at(type, nodes, times, page), 0);
  }

  function at(parent: GraphQLObjectType, nodes: readonly FieldNode[], times: number, page: number): number {
    const [node] = nodes;
    // Introspection has no place among a type's fields, and is bounded by a rule of graphql-js.
    const field = node && parent.getFields()[node.name.value];
    if (!field) return 0;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return 0;
    const given = boundsOf(operation, field, node);
    // The items of a connection stand in its `nodes` and `edges`, which take no arguments of their own.
    const length = isListType(getNullableType(field.type)) ? (given ?? (isPageOf(parent) ? page : USUAL_LENGTH)) : null;
    const items = times * (length ?? 1);
    const sets = selectionsOf(nodes);
    // What is behind an interface is as much as the costliest of the types that it may be.
    const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
    const inner = Math.max(0, ...types.map((one) => below(one, sets, items, given ?? USUAL_LENGTH)));
    return (length === null ? 0 : items) + inner;
  }

  const root = schema.getRootType(operation.operation.operation);
  return root ? below(root, [operation.operation.selectionSet], 1, 0) : 0;
}

/** Null for a field that no argument bounds; 0 for one whose arguments its resolver will refuse. */
function boundsOf(operation: Operation, field: GraphQLField<unknown, unknown>, node: FieldNode): number | null {
  let args: Readonly<Record<string, unknown>>;
  try {
    args = argumentsOf(field, node, operation.variableValues);
  } catch (error) {
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
  const names = new Set(field.args.map(({ name }) => name));
  for (const name of BOUNDS) if (names.has(name)) return Math.min(Math.max(0, Number(args[name] ?? 0)), LONGEST_PAGE);
  for (const name of KEYS) if (names.has(name)) return Array.isArray(args[name]) ? args[name].length : 0;
  return null;
}

function isPageOf(type: GraphQLObjectType): boolean {
  return 'pageInfo' in type.getFields();
}
