import type { ApolloServerPlugin } from '@apollo/server';
import { isDocumentLimit } from '../../observability/labels.ts';
import type { Metrics } from '../../observability/metrics.ts';

/** Counts the errors of every answer by their codes, and refusals by the limit that was exceeded. */
export function errorMetricsPlugin(metrics: Metrics): ApolloServerPlugin {
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
