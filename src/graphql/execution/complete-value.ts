import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import type { LeafCompletion, SelectedField } from '../ast/selected-field.ts';

// The messages are those of graphql-js: which executor runs makes no difference to callers.

/** The JSON text of a leaf's value. Throws where there is none and null is not allowed. */
export function completeLeaf(field: SelectedField, { type, isNonNull }: LeafCompletion, value: unknown): string {
  if (value instanceof Error) throw value;
  if (value == null) {
    if (isNonNull) throw nonNullError(field);
    return 'null';
  }
  const serialized: unknown = type.serialize(value);
  if (serialized == null) {
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to ` +
        `return non-nullable value, returned: ${inspect(serialized)}`,
    );
  }
  return JSON.stringify(serialized);
}

export function nonNullError(field: SelectedField): Error {
  return new Error(`Cannot return null for non-nullable field ${positionOf(field)}.`);
}

/** Returns the object type that a value of an abstract type has. */
export function assertRuntimeType(
  schema: GraphQLSchema,
  abstractType: GraphQLAbstractType,
  name: unknown,
  field: SelectedField,
  value: unknown,
): GraphQLObjectType {
  const { nodes } = field;
  const subject = `Abstract type "${abstractType.name}"`;
  if (name == null) {
    const remedy = `Either the "${abstractType.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`;
    throw new GraphQLError(
      `${subject} must resolve to an Object type at runtime for field "${positionOf(field)}". ${remedy}`,
      { nodes },
    );
  }
  if (isObjectType(name)) {
    throw new GraphQLError(
      'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.',
    );
  }
  if (typeof name !== 'string') {
    throw new GraphQLError(
      `${subject} must resolve to an Object type at runtime for field "${positionOf(field)}" with ` +
        `value ${inspect(value)}, received "${inspect(name)}".`,
    );
  }
  const type = schema.getType(name);
  if (!type)
    throw new GraphQLError(`${subject} was resolved to a type "${name}" that does not exist inside the schema.`, {
      nodes,
    });
  if (!isObjectType(type)) throw new GraphQLError(`${subject} was resolved to a non-object type "${name}".`, { nodes });
  if (!schema.isSubType(abstractType, type))
    throw new GraphQLError(`Runtime Object type "${name}" is not a possible type for "${abstractType.name}".`, {
      nodes,
    });
  return type;
}

function positionOf({ parentType, name }: SelectedField): string {
  return `${parentType.name}.${name}`;
}
