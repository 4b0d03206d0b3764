import type { ApolloServerPlugin } from '@apollo/server';
import type { Limits } from '../../config/settings.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { estimateListItems } from '../limits/estimate-items.ts';
import { queryTooComplexError } from '../limits/query-too-complex-error.ts';
import type { PrepareRequest } from '../prepare-request.ts';

/**
 * Limits the size of a response twice (demand control). Before execution it rejects an operation whose estimated list items
 * exceed `maxEstimatedItems`. After execution it replaces a response with more than `maxResponseObjects` objects by an error,
 * because only the vendors decide how long a list becomes.
 */
export function responseSizePlugin(
  { maxEstimatedItems, maxResponseObjects }: Pick<Limits, 'maxEstimatedItems' | 'maxResponseObjects'>,
  prepare: PrepareRequest,
): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: (requestContext) => {
          const operation = prepare(requestContext)?.operation;
          // With `Switchboard-Explain: plan` the operation is not executed.
          if (!operation || requestContext.contextValue.explain === 'plan') return Promise.resolve();
          const listItems = estimateListItems(operation);
          if (listItems <= maxEstimatedItems) return Promise.resolve();
          const reason = `${listItems} estimated list items exceed the limit of ${maxEstimatedItems}. Request smaller pages.`;
          return Promise.reject(queryTooComplexError('estimated_items', reason));
        },

        willSendResponse: ({ response: { body, http }, contextValue }) => {
          if (body.kind !== 'single' || contextValue.responseObjects.isWithinLimit()) return Promise.resolve();
          const reason = `the objects in the response exceed the limit of ${maxResponseObjects}. Request smaller pages.`;
          const { message, extensions } = queryTooComplexError('response_objects', reason);
          const { http: status, ...publicExtensions } = extensions;
          Object.assign(http, status);
          body.singleResult = { errors: [{ message, extensions: publicExtensions }] };
          return Promise.resolve();
        },
      }),
  };
}
