import type { Resolvers } from '../../generated/resolvers.ts';
import { sourcedConnectionFields } from './connection-fields.ts';

export const statusCountsResolvers: Pick<Resolvers, 'StatusCounts'> = {
  StatusCounts: { complete: sourcedConnectionFields.complete },
};
