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
import { isConstantField } from './constant-fields.ts';
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

/** The completion of the items where the value is a list, or a list of lists. */
export function innermostCompletion(completion: Completion): Exclude<Completion, { readonly kind: 'list' }> {
  let innermost = completion;
  while (innermost.kind === 'list') innermost = innermost.item;
  return innermost;
}

/** Consecutive fields whose values depend on their object alone, and never change: leaves without arguments. */
export interface ConstantFields {
  /** Equal for equal fields with equal names on the same type, whatever the document. */
  readonly shape: string;
  readonly steps: readonly FieldStep[];
}

export interface FieldStep {
  /** The JSON text before the value: a comma after another field, and the name. */
  readonly opening: string;
  readonly field: SelectedField;
  readonly constants: null;
}

export interface ConstantsStep {
  readonly opening: string;
  readonly field: null;
  readonly constants: ConstantFields;
}

/** The fields that an operation selects on objects of one type, in the order of the response. */
export interface Selection {
  readonly type: GraphQLObjectType;
  readonly fields: readonly SelectedField[];
  /** The same fields as they are written. */
  readonly steps: readonly (FieldStep | ConstantsStep)[];
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
  /** Whether its value depends on its object alone, which never changes. */
  readonly isConstant: boolean;
  /** What is selected below, by the type of the object; filled as such objects occur. */
  readonly selections: Map<GraphQLObjectType, Selection>;
}

export function toSelection(type: GraphQLObjectType, fields: readonly SelectedField[]): Selection {
  const steps: (FieldStep | ConstantsStep)[] = [];
  for (let at = 0; at < fields.length;) {
    const end = endOfConstants(fields, at);
    const run = fields.slice(at, Math.max(end, at + 1));
    const separator = at > 0 ? ',' : '';
    if (isWorthKeeping(run)) steps.push({ opening: separator, field: null, constants: toConstantFields(type, run) });
    else steps.push(...run.map((field) => toFieldStep(field, separator)));
    at += run.length;
  }
  return { type, fields, steps };
}

/** Reading one property is as fast as finding its text; a resolver, such as that of an id, computes. */
function isWorthKeeping(run: readonly SelectedField[]): boolean {
  return run.length > 1 || run.some(({ isConstant, leafProperty }) => isConstant && !leafProperty);
}

/** The index after the constant fields that begin at an index. */
function endOfConstants(fields: readonly SelectedField[], from: number): number {
  let end = from;
  while (fields[end]?.isConstant === true) end += 1;
  return end;
}

function toConstantFields(type: GraphQLObjectType, fields: readonly SelectedField[]): ConstantFields {
  const names = fields.map(({ responseName, name }) => (responseName === name ? name : `${responseName}:${name}`));
  return {
    shape: `${type.name} ${names.join(' ')}`,
    steps: fields.map((field, index) => toFieldStep(field, index > 0 ? ',' : '')),
  };
}

function toFieldStep(field: SelectedField, separator: string): FieldStep {
  return { opening: `${separator}"${field.responseName}":`, field, constants: null };
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
  const isLeaf = completion.kind === 'leaf';
  return {
    responseName: alias?.value ?? name.value,
    name: definition.name,
    nodes,
    parentType,
    definition,
    completion,
    leafProperty: isLeaf && !definition.resolve ? completion : null,
    isConstant: isLeaf && isConstantField(parentType, definition.name),
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
