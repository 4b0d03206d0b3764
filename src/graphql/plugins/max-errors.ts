import type { ApolloServerPlugin } from '@apollo/server';

/** One for every field of every agent on a page; a list of errors that is longer tells nothing that this one does not. */
const MAX_ERRORS = 1000;

/** Keeps the first errors of an answer and says how many were left out, as `extensions.switchboard.errorsLeftOut`. */
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
