import type { GraphQLRequestContext } from '@apollo/server';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  getVariableValues,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type ExecutionScope } from './selection.ts';

/** An operation ready to execute: with its fragments and coerced variables. */
export interface PreparedOperation extends ExecutionScope {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
}

type OperationRequest = Pick<GraphQLRequestContext<object>, 'schema' | 'document' | 'operation' | 'request'>;

/** Prepares an operation. Returns null for invalid variables: the operation is then not executed, and the response has the errors. */
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

/** Collects the fields selected on objects of one type as they will execute, each with all its field nodes. */
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
