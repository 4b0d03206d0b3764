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

interface PreparedRequest {
  readonly definition: OperationDefinitionNode;
  readonly preparation: Preparation;
}

/**
 * Creates a function that prepares a request's operation once, however many limits, and which executor, use it. It is kept in the
 * context of the request: what a weak map refers to, V8 keeps until the next major garbage collection, here with the whole document.
 */
export function createRequestPreparer(): PrepareRequest {
  const prepareOperation = createOperationPreparer();
  const preparedRequest = Symbol('prepared request');

  return ({ schema, document, operation: definition, request: { variables }, contextValue }) => {
    if (!document || !definition) return null;
    const context: { [preparedRequest]?: PreparedRequest } = contextValue;
    const known = context[preparedRequest];
    if (known?.definition === definition) return known.preparation;
    const preparation = prepareOperation({ schema, document, definition, variables });
    context[preparedRequest] = { definition, preparation };
    return preparation;
  };
}
