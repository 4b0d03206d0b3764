import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../request/request-context.ts';
import { describeOperation } from '../operation-span.ts';

/** Describes the operation, and what its answer has cost, on the span of its request. */
export const spanPlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: ({ contextValue: { span } }) => {
    if (!span) return Promise.resolve();
    return Promise.resolve({
      didResolveOperation: ({ operation }) => {
        if (operation) describeOperation(span, operation.operation, operation.name?.value);
        return Promise.resolve();
      },
      willSendResponse: ({ contextValue: { calls }, response: { body } }) => {
        const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
        const fromCache = calls.records.filter(({ servedFrom }) => servedFrom === 'CACHE');
        span.setAttributes({
          'switchboard.graphql.errors': errors.length,
          'switchboard.vendor_calls': calls.records.length - fromCache.length,
          'switchboard.cache.values': fromCache.reduce((sum, { keys }) => sum + keys, 0),
        });
        return Promise.resolve();
      },
    });
  },
};
