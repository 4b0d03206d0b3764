import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import type { Context } from '../../gather/context.ts';
import type { RequestContext } from '../../request/context.ts';
import { tooComplex } from '../limits/too-complex.ts';
import { operationIn } from '../operation.ts';
import { countPlanned, planOf } from './plan.ts';

type Given = Context & RequestContext;

/**
 * The bill before the meal: refuses an operation that may take more vendor calls than allowed, before the first of them; and
 * shows a caller who asks for it (`Switchboard-Explain: plan`) what it may cost, allowed or not, instead of running it.
 */
export function planPlugin(limits: Pick<Limits, 'maxVendorCalls'>): ApolloServerPlugin<Given> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        // eslint-disable-next-line @typescript-eslint/require-await -- planning may throw, and Apollo calls all plugins in one go
        didResolveOperation: async (about) => {
          const { desk, request } = about.contextValue;
          const operation = operationIn(about);
          // Also for who only asks for the plan: it may take too long to make, and here is the place to refuse it.
          const planned = operation ? countPlanned(operation, desk) : 0;
          if (planned > limits.maxVendorCalls && request.explain !== 'plan')
            throw tooManyCalls(planned, limits.maxVendorCalls);
        },

        responseForOperation: async (about) => {
          const { desk, request } = about.contextValue;
          if (request.explain !== 'plan') return null;
          const operation = operationIn(about);
          if (!operation) return null;
          const extensions = { switchboard: { plan: await planOf(operation, desk) } };
          return {
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: null, extensions } },
          };
        },
      }),
  };
}

function tooManyCalls(planned: number, allowed: number): GraphQLError {
  const why =
    `it may take ${planned} vendor calls, and ${allowed} are allowed. ` +
    'The request header "Switchboard-Explain: plan" shows which.';
  return tooComplex('vendor_calls', why, { planned, allowed });
}
