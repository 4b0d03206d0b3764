import type { Resolvers } from '../../generated/resolvers.ts';

export const sourceResolvers: Pick<Resolvers, 'SourceReport'> = {
  SourceReport: {
    account: ({ account }, _, context) => context.account(account),
    // A copy: graphql-js treats a returned Error as thrown, so the field would be null and the response would have an error.
    error: ({ error }) => {
      if (!error) return null;
      const { code, message, retryAfterSeconds, reason, retryable } = error;
      return { code, message, retryAfterSeconds, reason, retryable };
    },
  },
};
