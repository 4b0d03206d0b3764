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
import { type ExecutionScope, collectFields } from './selection.ts';

/** An operation as it is about to run. */
export interface PreparedOperation extends ExecutionScope {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
}

type OperationRequest = Pick<GraphQLRequestContext<object>, 'schema' | 'document' | 'operation' | 'request'>;

/** Null when the variables are not what the operation says: it will not run, but be answered with what is wrong. */
export function prepareOperation({ schema, document, operation, request }: OperationRequest): PreparedOperation | null {
  if (!document || !operation) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
  if (!coerced) return null;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return { schema, definition: operation, fragments, variableValues: coerced };
}

/** The fields selected of objects of one type, as they will run: each with all the places that ask for it. */
export function collectSubfields(
  operation: PreparedOperation,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): readonly (readonly FieldNode[])[] {
  const { schema } = operation;
  const appliesToType = (typeName: string): boolean => {
    const condition = schema.getType(typeName);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  };
  return [...collectFields(operation, selectionSets, appliesToType).values()];
}
