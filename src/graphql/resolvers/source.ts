import type { Resolvers } from '../../generated/resolvers.ts';

export const sourceResolvers: Pick<Resolvers, 'SourceReport'> = {
  SourceReport: {
    account: ({ account }, _, context) => context.account(account),
    // graphql-js treats a returned Error as thrown: the field would be null, and the response would contain an error.
    error: ({ error }) =>
      error && { code: error.code, message: error.message, retryAfterSeconds: error.retryAfterSeconds },
  },
};
