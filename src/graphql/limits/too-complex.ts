import { GraphQLError } from 'graphql';
import type { Limit } from '../../observability/labels.ts';

/** The refusal of what is bigger than allowed; `why` follows a colon. */
export function tooComplex(limit: Limit, why: string, more: Readonly<Record<string, unknown>> = {}): GraphQLError {
  return new GraphQLError(`The query is too complex: ${why}`, {
    extensions: { code: 'QUERY_TOO_COMPLEX', limit, ...more, http: { status: 400 } },
  });
}
