import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { queryTooComplexError } from '../limits/query-too-complex-error.ts';
import { prepareOperation } from '../ast/operation.ts';
import { estimateVendorCalls, createPlan } from '../../planning/plan.ts';

/**
 * The bill before the meal: refuses an operation that may take more vendor calls than allowed, before the first of them; and
 * shows a caller who asks for it (`Switchboard-Explain: plan`) what it may cost, allowed or not, instead of running it.
 */
export function explainPlugin(limits: Pick<Limits, 'maxVendorCalls'>): ApolloServerPlugin<QueryContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        // eslint-disable-next-line @typescript-eslint/require-await -- planning may throw, and Apollo calls all plugins in one go
        didResolveOperation: async (requestContext) => {
          const context = requestContext.contextValue;
          const operation = prepareOperation(requestContext);
          // Also for who only asks for the plan: it may take too long to make, and here is the place to refuse it.
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
    `it may take ${planned} vendor calls, and ${allowed} are allowed. ` +
    'The request header "Switchboard-Explain: plan" shows which.';
  return queryTooComplexError('vendor_calls', reason, { planned, allowed });
}
