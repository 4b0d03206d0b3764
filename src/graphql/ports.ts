import type { DocumentLimit } from './limits/limit-names.ts';

/** The metrics that the GraphQL layer reports. */
export interface GraphqlMetrics {
  /** An error in a response, by `extensions.code`. */
  readonly graphqlError: (code: unknown) => void;
  readonly limitRejection: (limit: DocumentLimit) => void;
}
