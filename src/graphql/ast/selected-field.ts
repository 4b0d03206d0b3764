import {
  getNullableType,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { FieldNodes } from './selection.ts';

/** How the value of a leaf becomes a part of the response. */
export interface LeafCompletion {
  readonly isNonNull: boolean;
  readonly kind: 'leaf';
  readonly type: GraphQLLeafType;
  readonly item: null;
}

/** How a value of a type becomes a part of the response: the type, taken apart once. */
export type Completion =
  | LeafCompletion
  | (Readonly<{ isNonNull: boolean }> &
      (
        | Readonly<{ kind: 'object'; type: GraphQLObjectType; item: null }>
        | Readonly<{ kind: 'abstract'; type: GraphQLAbstractType; item: null }>
        | Readonly<{ kind: 'list'; type: null; item: Completion }>
      ));

/** The fields that an operation selects on objects of one type, in the order of the response. */
export interface Selection {
  readonly type: GraphQLObjectType;
  readonly fields: readonly SelectedField[];
  /** The response's object before its fields have values: a copy of it has all properties at once, and never changes its shape. */
  readonly emptyResult: Readonly<Record<string, unknown>>;
}

type AnyField = GraphQLField<unknown, unknown>;

/**
 * A selected field with all its nodes. It belongs to the document, not to one request: what is computed for it once serves every
 * request with the same text.
 */
export interface SelectedField {
  readonly responseName: string;
  readonly name: string;
  readonly nodes: FieldNodes;
  readonly parentType: GraphQLObjectType;
  readonly definition: AnyField;
  readonly completion: Completion;
  /** The completion of a leaf without a resolver: a property of its parent. Null for others. */
  readonly leafProperty: LeafCompletion | null;
  /** What is selected below, by the type of the object; filled as such objects occur. */
  readonly selections: Map<GraphQLObjectType, Selection>;
}

export function toSelection(type: GraphQLObjectType, fields: readonly SelectedField[]): Selection {
  return { type, fields, emptyResult: Object.fromEntries(fields.map(({ responseName }) => [responseName, undefined])) };
}

/** Returns null for a field that the type does not have: validation rejects it, and execution leaves it out. */
export function toSelectedField(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  nodes: FieldNodes,
): SelectedField | null {
  const [{ alias, name }] = nodes;
  const definition = findFieldDefinition(schema, parentType, name.value);
  if (!definition) return null;
  const completion = toCompletion(definition.type);
  return {
    responseName: alias?.value ?? name.value,
    name: definition.name,
    nodes,
    parentType,
    definition,
    completion,
    leafProperty: completion.kind === 'leaf' && !definition.resolve ? completion : null,
    selections: new Map(),
  };
}

function findFieldDefinition(schema: GraphQLSchema, parentType: GraphQLObjectType, name: string): AnyField | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parentType.getFields()[name];
}

// All have the same properties in the same order, so that the engine sees one shape of object.
function toCompletion(outputType: GraphQLOutputType): Completion {
  const isNonNull = isNonNullType(outputType);
  const type = getNullableType(outputType);
  if (isListType(type)) return { isNonNull, kind: 'list', type: null, item: toCompletion(type.ofType) };
  if (isLeafType(type)) return { isNonNull, kind: 'leaf', type, item: null };
  if (isObjectType(type)) return { isNonNull, kind: 'object', type, item: null };
  return { isNonNull, kind: 'abstract', type, item: null };
}
