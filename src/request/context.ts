import type { RequestContext } from './request-context.ts';

/** What GraphQL's plugins need of the context; resolvers have a desk besides. */
export interface RequestContextWrapper {
  readonly request: RequestContext;
}
