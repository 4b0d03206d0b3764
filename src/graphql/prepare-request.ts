import type { GraphQLRequest, GraphQLRequestContext } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import { createOperationPreparer, type Preparation } from './ast/operation.ts';

/** The part of Apollo's request context that names the operation. */
export type OperationOfRequest = Pick<
  GraphQLRequestContext<object>,
  'schema' | 'document' | 'operation' | 'contextValue'
> & { readonly request: Pick<GraphQLRequest, 'variables'> };

/** Prepares the operation of a request. Null where the document names none: Apollo Server reports that. */
export type PrepareRequest = (request: OperationOfRequest) => Preparation | null;

/** Creates a function that prepares a request's operation once, however many limits, and which executor, use it. */
export function createRequestPreparer(): PrepareRequest {
  const prepareOperation = createOperationPreparer();
  const preparations = new WeakMap<
    object,
    { readonly definition: OperationDefinitionNode; readonly preparation: Preparation }
  >();

  return ({ schema, document, operation: definition, request: { variables }, contextValue }) => {
    if (!document || !definition) return null;
    const known = preparations.get(contextValue);
    if (known?.definition === definition) return known.preparation;
    const preparation = prepareOperation({ schema, document, definition, variables });
    preparations.set(contextValue, { definition, preparation });
    return preparation;
  };
}
