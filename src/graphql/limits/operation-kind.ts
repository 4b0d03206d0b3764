import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

/** Refuses a kind of operation that the schema has none of, which graphql-js notices only when it is to run it. */
export const operationKindPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, operation }) => {
        const kind = operation?.operation;
        if (kind === undefined || schema.getRootType(kind)) return Promise.resolve();
        const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
        return Promise.reject(new GraphQLError(`The schema has no ${kind}s.`, { extensions }));
      },
    }),
};
