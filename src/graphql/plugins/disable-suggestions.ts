import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../request/request-context.ts';

/** The suggestion that graphql-js appends to the message about a misspelt name; always at the end. */
const SUGGESTION_PATTERN = / Did you mean [^]*$/;

/** The codes of the errors that graphql-js creates. */
const GRAPHQL_JS_ERROR_CODES: ReadonlySet<unknown> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/** Removes "Did you mean" suggestions for callers without the scope `introspect`: by guessing they could reconstruct the schema. */
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
