import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { queryTooComplexError } from '../limits/query-too-complex-error.ts';
import { prepareOperation } from '../ast/operation.ts';
import { estimateVendorCalls, createPlan } from '../../planning/plan.ts';

/**
 * Limits and explains the vendor calls of an operation. An operation whose plan exceeds `maxVendorCalls` is rejected before its
 * first call. With `Switchboard-Explain: plan` the plan is returned instead of executing the operation, whatever its size.
 */
export function explainPlugin(limits: Pick<Limits, 'maxVendorCalls'>): ApolloServerPlugin<QueryContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        // eslint-disable-next-line @typescript-eslint/require-await -- planning may throw, and Apollo calls all plugins in one go
        didResolveOperation: async (requestContext) => {
          const context = requestContext.contextValue;
          const operation = prepareOperation(requestContext);
          // Also when only the plan is requested: planning itself may exceed its step limit, and only here can it be rejected.
          const plannedCalls = operation ? estimateVendorCalls(operation, context) : 0;
          if (plannedCalls > limits.maxVendorCalls && context.explain !== 'plan')
            throw tooManyVendorCallsError(plannedCalls, limits.maxVendorCalls);
        },

        responseForOperation: async (requestContext) => {
          const context = requestContext.contextValue;
          if (context.explain !== 'plan') return null;
          const operation = prepareOperation(requestContext);
          if (!operation) return null;
          const extensions = { switchboard: { plan: await createPlan(operation, context) } };
          return {
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: null, extensions } },
          };
        },
      }),
  };
}

function tooManyVendorCallsError(planned: number, allowed: number): GraphQLError {
  const reason =
    `up to ${planned} planned vendor calls exceed the limit of ${allowed}. ` +
    'Send the request header "Switchboard-Explain: plan" to list them.';
  return queryTooComplexError('vendor_calls', reason, { planned, allowed });
}
