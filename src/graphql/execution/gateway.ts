import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { execute, type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import type { PrepareRequest } from '../prepare-request.ts';
import { executeOperation } from './execute-operation.ts';
import type { ObjectTexts } from './object-texts.ts';

type Gateway = NonNullable<ApolloServerOptionsWithGateway<object>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
type ExecutorRequest = Parameters<Executor>[0];

/**
 * Makes Apollo Server run our executor, through the interface made for Apollo Gateway: the only one by which another executor
 * takes the place of graphql-js, so that plugins, validation and the format of errors stay the same.
 */
export function createGatewayOfExecutor(
  schema: GraphQLSchema,
  prepare: PrepareRequest,
  objectTexts: ObjectTexts,
): Gateway {
  const run = createRun(schema, prepare, objectTexts);
  return {
    load: () => Promise.resolve({ executor: (request) => Promise.resolve(run(request)) }),
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}

function createRun(schema: GraphQLSchema, prepare: PrepareRequest, objectTexts: ObjectTexts) {
  return (request: ExecutorRequest): MaybePromise<ExecutionResult> => {
    const { document, operation: definition, context: contextValue } = request;
    const preparation = prepare({ ...request, schema, contextValue });
    if (preparation?.errors) return { errors: preparation.errors };
    if (preparation?.operation && definition.operation !== OperationTypeNode.MUTATION)
      return executeOperation(preparation.operation, contextValue, objectTexts) as MaybePromise<ExecutionResult>;
    // What ends in an error without any execution, such as a document without the operation that the request names.
    const { variables: variableValues, operationName } = request.request;
    return execute({ schema, document, contextValue, variableValues, operationName });
  };
}
