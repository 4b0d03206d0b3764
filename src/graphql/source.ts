import type { Resolvers } from '../generated/resolvers.ts';

export const source: Pick<Resolvers, 'SourceReport'> = {
  SourceReport: {
    account: ({ account }, _, { desk }) => desk.account(account),
    // Handed out as it is, an Error would be taken for one that was thrown: the field would be null, and the answer failed.
    error: ({ error }) =>
      error && { code: error.code, message: error.message, retryAfterSeconds: error.retryAfterSeconds },
  },
};
