import type { RequestScope } from './request.ts';

/** What GraphQL's plugins need of the context; resolvers have a desk besides. */
export interface RequestContext {
  readonly request: RequestScope;
}
