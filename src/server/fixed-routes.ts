import type { Exchange } from './exchange.ts';
import { createMetricsHandler, createPageRoute, createSchemaHandler, handleFavicon, handleIndex } from './handlers.ts';
import type { MetricsExporter } from './ports.ts';
import { sendJson } from './respond.ts';
import type { RouteHandlers } from './routes.ts';
import type { PageHandler } from './static-page.ts';

export interface FixedRoutesOptions {
  /** Prints the SDL for client generators. */
  readonly printSdl: () => string;
  readonly graphiql: PageHandler;
  readonly wallboard: PageHandler;
  readonly metrics: MetricsExporter;
}

/** The routes whose answers depend on no configuration. */
export type FixedRoutes = Omit<RouteHandlers, 'graphql' | 'purge'>;

export function createFixedRoutes(options: FixedRoutesOptions, readiness: (exchange: Exchange) => void): FixedRoutes {
  return {
    index: handleIndex,
    favicon: handleFavicon,
    graphiql: createPageRoute(options.graphiql),
    wallboard: createPageRoute(options.wallboard),
    schema: createSchemaHandler(options.printSdl),
    health: (exchange) => {
      sendJson(exchange, 200, { status: 'alive' });
    },
    readiness,
    metrics: createMetricsHandler(options.metrics),
  };
}
