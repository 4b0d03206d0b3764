import type { ApolloServerPlugin } from '@apollo/server';
import type { Limits } from '../../config/settings.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { prepareOperation } from '../ast/operation.ts';
import { estimateListItems } from '../limits/estimate-items.ts';
import { queryTooComplexError } from '../limits/query-too-complex-error.ts';

/**
 * Refuses an operation whose answer might get out of hand, before it runs; and an answer that has, since how long a list gets,
 * only the vendors tell.
 */
export function responseSizePlugin({
  maxEstimatedItems,
  maxResponseObjects,
}: Pick<Limits, 'maxEstimatedItems' | 'maxResponseObjects'>): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: (requestContext) => {
          const operation = prepareOperation(requestContext);
          // What is only to be explained does not run.
          if (!operation || requestContext.contextValue.explain === 'plan') return Promise.resolve();
          const listItems = estimateListItems(operation);
          return listItems <= maxEstimatedItems
            ? Promise.resolve()
            : Promise.reject(
                responseTooLargeError(`its lists might hold ${listItems} items`, maxEstimatedItems, 'cost'),
              );
        },

        willSendResponse: ({ response: { body, http }, contextValue }) => {
          if (body.kind !== 'single' || contextValue.responseObjects.isWithinLimit()) return Promise.resolve();
          const { message, extensions } = responseTooLargeError(
            'the answer holds more objects',
            maxResponseObjects,
            'items',
          );
          const { http: status, ...publicExtensions } = extensions;
          Object.assign(http, status);
          body.singleResult = { errors: [{ message, extensions: publicExtensions }] };
          return Promise.resolve();
        },
      }),
  };
}

function responseTooLargeError(finding: string, max: number, limit: 'cost' | 'items') {
  return queryTooComplexError(limit, `${finding}; ${max} are allowed. Ask for smaller pages.`);
}
