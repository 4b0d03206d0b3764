import type { ApolloServerPlugin } from '@apollo/server';
import { isDocumentLimit } from '../limits/limit-names.ts';
import type { GraphqlMetrics } from '../ports.ts';

/** Counts the errors of every response by code, and rejections by the limit that was exceeded. */
export function errorMetricsPlugin(metrics: GraphqlMetrics): ApolloServerPlugin {
  return {
    invalidRequestWasReceived: () => {
      metrics.graphqlError('BAD_REQUEST');
      return Promise.resolve();
    },
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ response: { body } }) => {
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          for (const { extensions } of errors) {
            metrics.graphqlError(extensions?.code);
            if (isDocumentLimit(extensions?.limit)) metrics.limitRejection(extensions.limit);
          }
          return Promise.resolve();
        },
      }),
  };
}
