import type { GraphQLRequestContext } from '@apollo/server';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getVariableValues,
  isAbstractType,
} from 'graphql';
import { type Document, collectFields } from './selection.ts';

/** An operation as it is about to run. */
export interface Operation extends Document {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
}

type Given = Pick<GraphQLRequestContext<object>, 'schema' | 'document' | 'operation' | 'request'>;

/** Null when the variables are not what the operation says: it will not run, but be answered with what is wrong. */
export function operationIn({ schema, document, operation, request }: Given): Operation | null {
  if (!document || !operation) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
  if (!coerced) return null;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return { schema, operation, fragments, variableValues: coerced };
}

/** The fields selected of objects of one type, as they will run: each with all the places that ask for it. */
export function fieldsAt(
  operation: Operation,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): readonly (readonly FieldNode[])[] {
  const { schema } = operation;
  const applies = (name: string): boolean => {
    const condition = schema.getType(name);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  };
  return [...collectFields(operation, sets, applies).values()];
}
