import type { Resolvers } from '../generated/resolvers.ts';

export const account: Pick<Resolvers, 'Account'> = {
  Account: {
    state: ({ name }, _, { desk }) => desk.house.health.of(name).state,
    lastError: ({ name }, _, { desk }) => desk.house.health.of(name).lastError,
    lastSuccessAt: ({ name }, _, { desk }) => desk.house.health.of(name).lastSuccessAt,
  },
};
