import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

/** Rejects an operation type that the schema does not have; graphql-js would detect it only at execution. */
export const operationTypePlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, operation }) => {
        const operationType = operation?.operation;
        if (operationType === undefined || schema.getRootType(operationType)) return Promise.resolve();
        const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
        return Promise.reject(new GraphQLError(`This schema has no ${operationType} type.`, { extensions }));
      },
    }),
};
