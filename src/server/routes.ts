import type { Scope } from '../config/settings.ts';
import type { Caller } from '../request/caller.ts';
import type { Exchange } from './exchange.ts';
import type { HttpPath } from './ports.ts';

const READ_METHODS = ['GET', 'HEAD'] as const;

/** A path that the gateway serves, with its methods and the access it requires. */
export type Route = { readonly path: HttpPath; readonly methods: readonly string[] } & (
  | { readonly auth: 'none'; readonly handler: (exchange: Exchange) => void | Promise<void> }
  | {
      /** An authenticated caller; a scope also requires that the caller has it. */
      readonly auth: 'required' | Scope;
      readonly handler: (exchange: Exchange, caller: Caller) => void | Promise<void>;
    }
);

export interface RouteHandlers {
  readonly index: (exchange: Exchange) => void;
  readonly favicon: (exchange: Exchange) => void;
  readonly graphql: (exchange: Exchange, caller: Caller) => Promise<void>;
  readonly graphiql: (exchange: Exchange) => void;
  readonly wallboard: (exchange: Exchange) => void;
  readonly schema: (exchange: Exchange) => Promise<void>;
  readonly health: (exchange: Exchange) => void;
  readonly readiness: (exchange: Exchange) => void;
  readonly metrics: (exchange: Exchange, caller: Caller) => Promise<void>;
  readonly purge: (exchange: Exchange, caller: Caller) => Promise<void>;
}

/** Creates a function that finds the route of a path; undefined for an unknown path. */
export function createRouter(handlers: RouteHandlers): (pathname: string) => Route | undefined {
  const routes: readonly Route[] = [
    { path: '/', methods: READ_METHODS, auth: 'none', handler: handlers.index },
    { path: '/favicon.ico', methods: READ_METHODS, auth: 'none', handler: handlers.favicon },
    // The scopes of a query are checked after parsing, by the authorization plugin.
    { path: '/graphql', methods: ['GET', 'POST'], auth: 'required', handler: handlers.graphql },
    { path: '/graphiql', methods: READ_METHODS, auth: 'none', handler: handlers.graphiql },
    { path: '/wallboard', methods: READ_METHODS, auth: 'none', handler: handlers.wallboard },
    { path: '/schema.graphql', methods: READ_METHODS, auth: 'introspect', handler: handlers.schema },
    { path: '/healthz', methods: READ_METHODS, auth: 'none', handler: handlers.health },
    { path: '/readyz', methods: READ_METHODS, auth: 'none', handler: handlers.readiness },
    { path: '/metrics', methods: READ_METHODS, auth: 'metrics', handler: handlers.metrics },
    { path: '/admin/purge', methods: ['POST'], auth: 'admin', handler: handlers.purge },
  ];
  const byPath = new Map<string, Route>(routes.map((route) => [route.path, route]));
  return (pathname) => byPath.get(/^\/(graphiql|wallboard)(?=\/)/.exec(pathname)?.[0] ?? pathname);
}
