import { type ApolloServerPlugin, type GraphQLRequestContext, HeaderMap } from '@apollo/server';
import { type FragmentDefinitionNode, GraphQLError, Kind, getVariableValues } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import type { Context } from '../../gather/context.ts';
import type { RequestContext } from '../../request/context.ts';
import { type DocumentLimits, exceededLimit } from '../limits/limits.ts';
import { countPlanned, planOf } from './plan.ts';
import type { Operation } from './walk.ts';

type Given = Context & RequestContext;

/**
 * The bill before the meal: refuses an operation that may take more vendor calls than allowed, before the first of them; and
 * shows a caller who asks for it (`Switchboard-Explain: plan`) what it may cost, allowed or not, instead of running it.
 */
export function planPlugin(limits: DocumentLimits & Pick<Limits, 'maxVendorCalls'>): ApolloServerPlugin<Given> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: (about) => {
          const { desk, request } = about.contextValue;
          // What is too big to run is refused elsewhere, and too big to plan, too.
          if (request.explain === 'plan' || exceededLimit(about.document, limits)) return Promise.resolve();
          const operation = operationIn(about);
          const planned = operation ? countPlanned(operation, desk) : 0;
          return planned > limits.maxVendorCalls
            ? Promise.reject(tooManyCalls(planned, limits.maxVendorCalls))
            : Promise.resolve();
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

/** Null when the variables are not what the operation says: it will not run, but be answered with what is wrong. */
function operationIn({ schema, document, operation, request }: GraphQLRequestContext<Given>): Operation | null {
  if (!document || !operation) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
  if (!coerced) return null;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return { schema, operation, fragments, variableValues: coerced };
}

function tooManyCalls(planned: number, limit: number): GraphQLError {
  return new GraphQLError(
    `The query is too complex: it may take ${planned} vendor calls, and ${limit} are allowed. ` +
      'The request header "Switchboard-Explain: plan" shows which.',
    {
      extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'vendor_calls', planned, allowed: limit, http: { status: 400 } },
    },
  );
}
