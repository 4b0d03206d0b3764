import { GraphQLError } from 'graphql';
import type { DocumentLimit } from './limit-names.ts';

/** Creates the error for an operation that exceeds a limit. `reason` completes a sentence after a colon. */
export function queryTooComplexError(
  limit: DocumentLimit,
  reason: string,
  details: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(`Query too complex: ${reason}`, {
    extensions: { code: 'QUERY_TOO_COMPLEX', limit, ...details, http: { status: 400 } },
  });
}
