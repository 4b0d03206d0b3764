import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../request/request-context.ts';

/** How graphql-js names what is in the schema to who misspelt it: always at a message's end. */
const SUGGESTION_PATTERN = / Did you mean [^]*$/;

/** The codes of its own messages. */
const GRAPHQL_JS_ERROR_CODES: ReadonlySet<unknown> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/** Keeps the names in the schema from callers who may not introspect: by guesses they could read it all. */
export const disableSuggestionsPlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body }, contextValue }) => {
        if (body.kind !== 'single' || contextValue.caller.scopes.has('introspect')) return Promise.resolve();
        const { errors } = body.singleResult;
        if (!errors) return Promise.resolve();
        body.singleResult = {
          ...body.singleResult,
          errors: errors.map((error) =>
            GRAPHQL_JS_ERROR_CODES.has(error.extensions?.code)
              ? { ...error, message: error.message.replace(SUGGESTION_PATTERN, '') }
              : error,
          ),
        };
        return Promise.resolve();
      },
    }),
};
