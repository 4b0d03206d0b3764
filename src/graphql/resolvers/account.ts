import type { Account, AccountHealth } from '../../domain/account.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import type { Resolvers } from '../../generated/resolvers.ts';

export const accountResolvers: Pick<Resolvers, 'Account'> = {
  Account: {
    state: (account, _, context) => healthOf(account, context).state,
    lastError: (account, _, context) => healthOf(account, context).lastError,
    lastSuccessAt: (account, _, context) => healthOf(account, context).lastSuccessAt,
    callsLastMinute: (account, _, context) => healthOf(account, context).callsLastMinute,
    requestsPerMinute: ({ requestsPerMinute }) => requestsPerMinute ?? null,
  },
};

/** The health changes with every call of the process, not only with those of this query. */
function healthOf({ name }: Account, { services, reuse }: QueryContext): AccountHealth {
  reuse.restrict('none');
  return services.health.get(name);
}
