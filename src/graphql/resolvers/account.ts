import type { Resolvers } from '../../generated/resolvers.ts';

export const accountResolvers: Pick<Resolvers, 'Account'> = {
  Account: {
    state: ({ name }, _, context) => context.services.health.get(name).state,
    lastError: ({ name }, _, context) => context.services.health.get(name).lastError,
    lastSuccessAt: ({ name }, _, context) => context.services.health.get(name).lastSuccessAt,
  },
};
