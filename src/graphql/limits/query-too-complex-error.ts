import { GraphQLError } from 'graphql';
import type { DocumentLimit } from './limit-names.ts';

/** The refusal of what is bigger than allowed; `why` follows a colon. */
export function queryTooComplexError(
  limit: DocumentLimit,
  reason: string,
  details: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(`The query is too complex: ${reason}`, {
    extensions: { code: 'QUERY_TOO_COMPLEX', limit, ...details, http: { status: 400 } },
  });
}
