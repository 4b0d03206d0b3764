import type { Resolvers } from '../../generated/resolvers.ts';

export const sourceResolvers: Pick<Resolvers, 'SourceReport'> = {
  SourceReport: {
    account: ({ account }, _, context) => context.account(account),
    // Handed out as it is, an Error would be taken for one that was thrown: the field would be null, and the answer failed.
    error: ({ error }) =>
      error && { code: error.code, message: error.message, retryAfterSeconds: error.retryAfterSeconds },
  },
};
