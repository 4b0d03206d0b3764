import { type ApolloServerOptionsWithGateway, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { execute, type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import type { PrepareRequest } from '../prepare-request.ts';
import { executeOperation } from './execute-operation.ts';
import type { ObjectTexts } from './object-texts.ts';

type Gateway = NonNullable<ApolloServerOptionsWithGateway<object>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
type ExecutorRequest = Parameters<Executor>[0];

/** How Apollo Server runs our executor instead of graphql-js, with its own plugins, validation and format of errors. */
export interface ApolloExecutor {
  /** Returns the results without errors. Comes after all plugins that may answer without an execution. */
  readonly plugin: ApolloServerPlugin<object>;
  /** Returns the other results. */
  readonly gateway: Gateway;
}

/**
 * Apollo Server formats the errors of a result only where its executor returns it, which the interface for Apollo Gateway replaces.
 * For each request this interface creates an object with accessors; V8 keeps it, and with it the whole request and its result, until the
 * next major garbage collection. So what has no errors is returned by a plugin.
 */
export function createApolloExecutor(
  schema: GraphQLSchema,
  prepare: PrepareRequest,
  objectTexts: ObjectTexts,
): ApolloExecutor {
  /** By the context of the request. */
  const resultsWithErrors = new WeakMap<object, ExecutionResult>();

  const plugin: ApolloServerPlugin<object> = {
    requestDidStart: () =>
      Promise.resolve({
        responseForOperation: async (requestContext) => {
          const { contextValue, operation: definition } = requestContext;
          const preparation = prepare(requestContext);
          if (!preparation?.operation || definition.operation === OperationTypeNode.MUTATION) return null;
          const executed = await executeOperation(preparation.operation, contextValue, objectTexts);
          const singleResult = executed as ExecutionResult & { readonly errors?: never };
          if (!executed.errors) return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
          resultsWithErrors.set(contextValue, singleResult);
          return null;
        },
      }),
  };

  function run(request: ExecutorRequest): MaybePromise<ExecutionResult> {
    const { document, context: contextValue } = request;
    const executed = resultsWithErrors.get(contextValue);
    if (executed) return executed;
    const preparation = prepare({ ...request, schema, contextValue });
    if (preparation?.errors) return { errors: preparation.errors };
    // What ends in an error without any execution, such as a document without the operation that the request names.
    const { variables: variableValues, operationName } = request.request;
    return execute({ schema, document, contextValue, variableValues, operationName });
  }

  const gateway: Gateway = {
    load: () => Promise.resolve({ executor: (request) => Promise.resolve(run(request)) }),
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
  return { plugin, gateway };
}
