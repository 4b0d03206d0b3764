import type { ApolloServerPlugin } from '@apollo/server';

/** One for every field of every agent on a page; a list of errors that is longer tells nothing that this one does not. */
const MOST_ERRORS = 1000;

/** Keeps the first errors of an answer and says how many were left out, as `extensions.switchboard.errorsLeftOut`. */
export const fewerErrorsPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (body.kind !== 'single') return Promise.resolve();
        const { errors = [], extensions } = body.singleResult;
        if (errors.length <= MOST_ERRORS) return Promise.resolve();
        const switchboard = {
          ...(extensions?.switchboard as object | undefined),
          errorsLeftOut: errors.length - MOST_ERRORS,
        };
        body.singleResult = {
          ...body.singleResult,
          errors: errors.slice(0, MOST_ERRORS),
          extensions: { ...extensions, switchboard },
        };
        return Promise.resolve();
      },
    }),
};
