import type { GraphQLRequestContext } from '@apollo/server';
import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  getVariableValues,
} from 'graphql';
import type { Document } from './selection.ts';

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
