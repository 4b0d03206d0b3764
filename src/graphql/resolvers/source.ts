import type { Resolvers } from '../../generated/resolvers.ts';

export const sourceResolvers: Pick<Resolvers, 'SourceReport'> = {
  SourceReport: {
    account: ({ account }, _, context) => context.account(account),
    // A copy: graphql-js treats a returned Error as thrown, so the field would be null and the response would have an error.
    error: ({ error }) =>
      error && { code: error.code, message: error.message, retryAfterSeconds: error.retryAfterSeconds },
  },
};
