import type { ApolloServerPlugin } from '@apollo/server';

/** Enough for each field of each agent on a page; a longer list of errors adds no information. */
const MAX_ERRORS = 1000;

/** Keeps the first errors of a response and reports the number of omitted ones as `extensions.switchboard.omittedErrors`. */
export const maxErrorsPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (body.kind !== 'single') return Promise.resolve();
        const { errors = [], extensions } = body.singleResult;
        if (errors.length <= MAX_ERRORS) return Promise.resolve();
        const switchboard = {
          ...(extensions?.switchboard as object | undefined),
          omittedErrors: errors.length - MAX_ERRORS,
        };
        body.singleResult = {
          ...body.singleResult,
          errors: errors.slice(0, MAX_ERRORS),
          extensions: { ...extensions, switchboard },
        };
        return Promise.resolve();
      },
    }),
};
