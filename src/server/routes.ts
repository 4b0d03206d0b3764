import type { Scope } from '../config/settings.ts';
import type { Caller } from '../request/caller.ts';
import type { Exchange } from './exchange.ts';
import type { HttpPath } from './ports.ts';

const READ_METHODS = ['GET', 'HEAD'] as const;

/** A path that the gateway serves, and to whom. */
export type Route = { readonly path: HttpPath; readonly methods: readonly string[] } & (
  | { readonly auth: 'none'; readonly handler: (exchange: Exchange) => void | Promise<void> }
  | {
      /** Known callers; where a scope is named, those who have it. */
      readonly auth: 'required' | Scope;
      readonly handler: (exchange: Exchange, caller: Caller) => void | Promise<void>;
    }
);

export interface RouteHandlers {
  readonly index: (exchange: Exchange) => void;
  readonly graphql: (exchange: Exchange, caller: Caller) => Promise<void>;
  readonly graphiql: (exchange: Exchange) => void;
  readonly schema: (exchange: Exchange) => void;
  readonly health: (exchange: Exchange) => void;
  readonly readiness: (exchange: Exchange) => void;
  readonly metrics: (exchange: Exchange, caller: Caller) => Promise<void>;
}

/** Finds the route of a path; undefined where nothing is served. */
export function createRouter(handlers: RouteHandlers): (pathname: string) => Route | undefined {
  const routes: readonly Route[] = [
    { path: '/', methods: READ_METHODS, auth: 'none', handler: handlers.index },
    // What a query may ask is decided when it has been read.
    { path: '/graphql', methods: ['GET', 'POST'], auth: 'required', handler: handlers.graphql },
    { path: '/graphiql', methods: READ_METHODS, auth: 'none', handler: handlers.graphiql },
    { path: '/schema.graphql', methods: READ_METHODS, auth: 'introspect', handler: handlers.schema },
    { path: '/healthz', methods: READ_METHODS, auth: 'none', handler: handlers.health },
    { path: '/readyz', methods: READ_METHODS, auth: 'none', handler: handlers.readiness },
    { path: '/metrics', methods: READ_METHODS, auth: 'metrics', handler: handlers.metrics },
  ];
  const byPath = new Map<string, Route>(routes.map((route) => [route.path, route]));
  return (pathname) => byPath.get(pathname.startsWith('/graphiql/') ? '/graphiql' : pathname);
}
