import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

/** Refuses a kind of operation that the schema has none of, which graphql-js notices only when it is to run it. */
export const operationTypePlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, operation }) => {
        const operationType = operation?.operation;
        if (operationType === undefined || schema.getRootType(operationType)) return Promise.resolve();
        const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
        return Promise.reject(new GraphQLError(`The schema has no ${operationType}s.`, { extensions }));
      },
    }),
};
