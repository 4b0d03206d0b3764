import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { InvalidInputError } from '../../domain/invalid-input-error.ts';
import { assertAgentFilter } from '../../gather/agent-filter.ts';
import { type AgentsArgs, assertAgentsArgs } from '../../gather/agents.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import { reportsChanges, type SubscribedField } from '../../request/stream-context.ts';
import { coerceArguments } from '../ast/arguments.ts';
import type { PrepareRequest } from '../prepare-request.ts';

/**
 * Rejects a subscription whose response would not be part of a stream, except for its plan. In a stream, it reports what is subscribed
 * to; an operation whose event is not known yet is checked as any other, but not executed. Arguments that no event could be valid with
 * reject it, too.
 */
export function subscriptionPlugin(prepare: PrepareRequest): ApolloServerPlugin<QueryContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        // eslint-disable-next-line @typescript-eslint/require-await -- Apollo calls all plugins in one go
        didResolveOperation: async (requestContext) => {
          const { operation, contextValue } = requestContext;
          if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
          const { stream, explain } = contextValue;
          if (!stream && explain !== 'plan') throw notAStreamError();
          const field = readSubscribedField(prepare, requestContext);
          if (!field) return;
          assertArguments(contextValue, field);
          stream?.onSubscription(field);
        },

        responseForOperation: (requestContext) => {
          const { operation, contextValue } = requestContext;
          // Absent where the request names none of the document's operations, whatever the type says.
          const type = (operation as typeof operation | undefined)?.operation;
          if (type !== OperationTypeNode.SUBSCRIPTION || contextValue.stream?.change !== null)
            return Promise.resolve(null);
          const field = readSubscribedField(prepare, requestContext);
          if (!field || !reportsChanges(field)) return Promise.resolve(null);
          return Promise.resolve({
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: null } },
          });
        },
      }),
  };
}

/** Null where the variables are invalid, or no field is selected: the execution says so. */
function readSubscribedField(prepare: PrepareRequest, request: Parameters<PrepareRequest>[0]): SubscribedField | null {
  const operation = prepare(request)?.operation;
  const field = operation?.rootSelection()?.fields[0];
  return operation && field ? { name: field.name, args: coerceArguments(operation, field) } : null;
}

function assertArguments(context: QueryContext, field: SubscribedField): void {
  const { name, args } = field;
  try {
    if (reportsChanges(field)) assertAgentFilter(context, args.filter ?? {});
    else if (name === 'agents') assertAgentsArgs(context, args as unknown as AgentsArgs);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const { message, argument } = error;
    throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', argument, http: { status: 400 } } });
  }
}

function notAStreamError(): GraphQLError {
  return new GraphQLError(
    'A subscription is answered by a stream: send "Accept: text/event-stream", or connect by WebSocket (graphql-transport-ws).',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );
}
