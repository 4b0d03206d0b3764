import type { Resolvers } from '../../generated/resolvers.ts';
import { sourcedConnectionFields } from './connection-fields.ts';

export const statusTotalsResolvers: Pick<Resolvers, 'StatusTotal' | 'StatusTotals'> = {
  StatusTotal: { account: ({ account }, _, context) => context.account(account) },
  StatusTotals: {
    complete: (totals) => sourcedConnectionFields.complete(totals) && !totals.hasUnknownEnd(),
    nodes: (totals) => totals.nodes(),
  },
};
