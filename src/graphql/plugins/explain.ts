import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { createPlanner } from '../../planning/plan.ts';
import { PlanningLimitError } from '../../planning/planning-limit-error.ts';
import { queryTooComplexError } from '../limits/query-too-complex-error.ts';
import { PLANNING_RULES } from '../planning-rules.ts';
import type { PrepareRequest } from '../prepare-request.ts';

const planner = createPlanner(PLANNING_RULES);

/**
 * Estimates the vendor calls of an operation before it runs. Rejects an operation above `maxVendorCalls` before its first call.
 * With `Switchboard-Explain: plan` it returns the plan instead of running the operation, whether the limit allows it or not.
 */
export function explainPlugin(
  limits: Pick<Limits, 'maxVendorCalls'>,
  prepare: PrepareRequest,
): ApolloServerPlugin<QueryContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        // eslint-disable-next-line @typescript-eslint/require-await -- planning may throw, and Apollo calls all plugins in one go
        didResolveOperation: async (requestContext) => {
          const context = requestContext.contextValue;
          const operation = prepare(requestContext)?.operation;
          // Also where only the plan is requested: making it may take too long, and only here can it be rejected.
          const plannedCalls = operation ? estimateInSpan(operation, context) : 0;
          if (plannedCalls > limits.maxVendorCalls && context.explain !== 'plan')
            throw tooManyVendorCallsError(plannedCalls, limits.maxVendorCalls);
        },

        responseForOperation: async (requestContext) => {
          const context = requestContext.contextValue;
          if (context.explain !== 'plan') return null;
          const operation = prepare(requestContext)?.operation;
          if (!operation) return null;
          const plan = await planner.createPlan(operation, context).catch(rethrowAsTooComplex);
          return {
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: null, extensions: { switchboard: { plan } } } },
          };
        },
      }),
  };
}

function estimateInSpan(...[operation, context]: Parameters<typeof planner.estimateVendorCalls>): number {
  const span = context.span?.startChild('planning', 'internal', {});
  try {
    const plannedCalls = estimateVendorCalls(operation, context);
    span?.setAttributes({ 'switchboard.planned_calls': plannedCalls });
    return plannedCalls;
  } catch (error) {
    span?.fail('QUERY_TOO_COMPLEX');
    throw error;
  } finally {
    span?.end();
  }
}

function estimateVendorCalls(...args: Parameters<typeof planner.estimateVendorCalls>): number {
  try {
    return planner.estimateVendorCalls(...args);
  } catch (error) {
    return rethrowAsTooComplex(error);
  }
}

function rethrowAsTooComplex(error: unknown): never {
  throw error instanceof PlanningLimitError ? queryTooComplexError('planning_steps', error.message) : error;
}

function tooManyVendorCallsError(planned: number, allowed: number): GraphQLError {
  const reason =
    `up to ${planned} planned vendor calls exceed the limit of ${allowed}. ` +
    'Send the request header "Switchboard-Explain: plan" to list them.';
  return queryTooComplexError('vendor_calls', reason, { planned, allowed });
}
