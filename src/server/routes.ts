import type { Scope } from '../config/settings.ts';
import type { HttpPath } from '../observability/labels.ts';
import type { Caller } from '../request/caller.ts';
import type { Exchange } from './exchange.ts';

const READ = ['GET', 'HEAD'] as const;

/** A path that the gateway serves, and to whom. */
export type Route = { readonly path: HttpPath; readonly methods: readonly string[] } & (
  | { readonly access: 'anybody'; readonly answer: (exchange: Exchange) => void | Promise<void> }
  | {
      /** Known callers; where a scope is named, those who have it. */
      readonly access: 'callers' | Scope;
      readonly answer: (exchange: Exchange, caller: Caller) => void | Promise<void>;
    }
);

export interface Pages {
  readonly contents: (exchange: Exchange) => void;
  readonly graphql: (exchange: Exchange, caller: Caller) => Promise<void>;
  readonly graphiql: (exchange: Exchange) => void;
  readonly schema: (exchange: Exchange) => void;
  readonly health: (exchange: Exchange) => void;
  readonly readiness: (exchange: Exchange) => void;
  readonly metrics: (exchange: Exchange, caller: Caller) => Promise<void>;
}

/** Finds the route of a path; undefined where nothing is served. */
export function createRoutes(pages: Pages): (pathname: string) => Route | undefined {
  const routes: readonly Route[] = [
    { path: '/', methods: READ, access: 'anybody', answer: pages.contents },
    // What a query may ask is decided when it has been read.
    { path: '/graphql', methods: ['GET', 'POST'], access: 'callers', answer: pages.graphql },
    { path: '/graphiql', methods: READ, access: 'anybody', answer: pages.graphiql },
    { path: '/schema.graphql', methods: READ, access: 'introspect', answer: pages.schema },
    { path: '/healthz', methods: READ, access: 'anybody', answer: pages.health },
    { path: '/readyz', methods: READ, access: 'anybody', answer: pages.readiness },
    { path: '/metrics', methods: READ, access: 'metrics', answer: pages.metrics },
  ];
  const byPath = new Map<string, Route>(routes.map((route) => [route.path, route]));
  return (pathname) => byPath.get(pathname.startsWith('/graphiql/') ? '/graphiql' : pathname);
}
