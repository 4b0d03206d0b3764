import type { ApolloServerPlugin } from '@apollo/server';
import type { Limits } from '../../config/settings.ts';
import type { RequestContext } from '../../request/context.ts';
import { operationIn } from '../operation.ts';
import { costOf } from './cost.ts';
import { tooComplex } from './too-complex.ts';

/**
 * Refuses an operation whose answer might get out of hand, before it runs; and an answer that has, since how long a list gets,
 * only the vendors tell.
 */
export function answerSizePlugin({
  maxCost,
  maxItems,
}: Pick<Limits, 'maxCost' | 'maxItems'>): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: (about) => {
          const operation = operationIn(about);
          // What is only to be explained does not run.
          if (!operation || about.contextValue.request.explain === 'plan') return Promise.resolve();
          const cost = costOf(operation);
          return cost <= maxCost
            ? Promise.resolve()
            : Promise.reject(tooMany(`its lists might hold ${cost} items`, maxCost, 'cost'));
        },

        willSendResponse: ({ response: { body, http }, contextValue: { request } }) => {
          if (body.kind !== 'single' || request.items.isWithin()) return Promise.resolve();
          const { message, extensions } = tooMany('the answer holds more objects', maxItems, 'items');
          const { http: status, ...shown } = extensions;
          Object.assign(http, status);
          body.singleResult = { errors: [{ message, extensions: shown }] };
          return Promise.resolve();
        },
      }),
  };
}

function tooMany(what: string, allowed: number, limit: 'cost' | 'items') {
  return tooComplex(limit, `${what}; ${allowed} are allowed. Ask for smaller pages.`);
}
