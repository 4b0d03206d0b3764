import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { ServerSettings } from '../config/settings.ts';
import { SECOND } from '../domain/time.ts';
import type { Authenticator } from './auth.ts';
import { respondToClientError } from './client-error.ts';
import { createConnectionTracker } from './connection-tracker.ts';
import { type Exchange, createExchange } from './exchange.ts';
import { authorize, validateRequest } from './request-checks.ts';
import type { GraphiqlHandler } from './graphiql-handler.ts';
import { createGraphqlHandler, type GraphqlHandlerOptions } from './graphql-handler.ts';
import { handleIndex, createMetricsHandler, createSchemaHandler } from './handlers.ts';
import { HttpError } from './http-error.ts';
import type { Logger, MetricsExporter, ProcessGauges, ServerMetrics } from './ports.ts';
import { sendJson, sendError } from './respond.ts';
import { createRouter } from './routes.ts';
import { createLoadShedder } from './load-shedding.ts';

/** How long a client may take. Milliseconds. */
export interface ServerTimeouts {
  /** To send a request's headers; to send all of it. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** To take anything of an answer that is there. */
  readonly idleMs: number;
  readonly checkIntervalMs: number;
}

const DEFAULT_TIMEOUTS: ServerTimeouts = {
  headersMs: 20 * SECOND,
  requestMs: 30 * SECOND,
  idleMs: 120 * SECOND,
  checkIntervalMs: 5 * SECOND,
};

export interface ServerOptions extends GraphqlHandlerOptions {
  readonly settings: Pick<ServerSettings, 'host' | 'port'>;
  readonly authenticate: Authenticator;
  readonly sdl: string;
  readonly graphiql: GraphiqlHandler;
  readonly metrics: ServerMetrics & MetricsExporter;
  readonly gauges: ProcessGauges;
  readonly logger: Logger;
  /** The usual one when absent. */
  readonly timeouts?: ServerTimeouts;
}

export interface Server {
  /** Begins to listen; resolves to the URL that it can be reached at. */
  readonly listen: () => Promise<string>;
  /** From now on /readyz says yes, unless the end has begun. */
  readonly ready: () => void;
  /** From now on /readyz says no and connections are not kept; everything is still served. */
  readonly beginShutdown: () => void;
  /**
   * Stops listening and waits for the requests under way; after `ms` they are cut off. Resolves to whether none was. Who has
   * not sent a request's head by then is waited for a moment only.
   */
  readonly drain: (ms: number) => Promise<boolean>;
}

type ReadinessState = 'starting' | 'ready' | 'stopping';

const UNREADY_REASONS = { starting: 'The gateway is starting', stopping: 'The gateway is shutting down' };

/** The HTTP server: who may ask, what is served where, and that every answer, errors included, is in good form. */
export function createServer(options: ServerOptions): Server {
  const { settings, authenticate, graphiql, metrics, logger, clock, timeouts = DEFAULT_TIMEOUTS } = options;
  let state: ReadinessState = 'starting';
  const { maxInFlight } = options.limits;
  const acquireSlot = createLoadShedder({ maxInFlight, gauges: options.gauges, clock, onShed: metrics.requestShed });

  const findRoute = createRouter({
    index: handleIndex,
    graphql: createGraphqlHandler(options),
    graphiql: ({ request, response, pathname }) => void graphiql(request, response, pathname),
    schema: createSchemaHandler(options.sdl),
    health: ({ response }) => {
      sendJson(response, 200, { status: 'alive' });
    },
    readiness: ({ response }) => {
      if (state === 'ready') sendJson(response, 200, { status: state });
      else sendJson(response, 503, { status: state, reason: UNREADY_REASONS[state] });
    },
    metrics: createMetricsHandler(metrics),
  });

  async function handle(exchange: Exchange): Promise<void> {
    const matched = findRoute(exchange.pathname);
    if (matched) exchange.log.path = matched.path;
    const route = validateRequest(exchange, matched);
    if (route.auth === 'none') {
      await route.handler(exchange);
      return;
    }
    // Strangers take no place, however long it takes to tell that they are strangers.
    const caller = await authorize(exchange, route.auth, authenticate);
    // Whoever watches over the process must get an answer from it, above all when it has too much to do.
    const releaseSlot = route.path === '/graphql' ? acquireSlot(caller) : null;
    try {
      await route.handler(exchange, caller);
    } finally {
      releaseSlot?.();
    }
  }

  function respondWithError({ response, requestId, log }: Exchange, error: unknown): void {
    if (!(error instanceof HttpError)) logger.error({ err: error, requestId }, 'a request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const httpError =
      error instanceof HttpError ? error : new HttpError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    if (httpError.limit) {
      log.refused = httpError.limit;
      metrics.limitRejection(httpError.limit);
    }
    sendError(response, httpError);
  }

  const connections = createConnectionTracker(clock);
  const httpServer = createHttpServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
    },
    (request, response) => {
      const exchange = createExchange(request, response, options);
      connections.onRequestStart(exchange);
      response.once('close', () => {
        connections.onRequestEnd(exchange);
      });
      handle(exchange).catch((error: unknown) => {
        respondWithError(exchange, error);
      });
    },
  );
  // Longer than the 60 s after which balancers usually drop an idle connection, so that the gateway never drops one first.
  httpServer.keepAliveTimeout = 65 * SECOND;
  httpServer.maxRequestsPerSocket = 1000;
  // Longer than any query takes: only whoever does not read their answer is quiet for so long.
  httpServer.timeout = timeouts.idleMs;
  httpServer.on('connection', connections.onConnect);
  httpServer.on('clientError', (error, socket) => {
    const status = respondToClientError(error, socket);
    if (status === null) return;
    const exchange = connections.currentExchange(socket);
    // It is counted and logged when its connection closes, but nothing more is owed.
    if (exchange) {
      exchange.log.status = status;
      connections.onRequestEnd(exchange);
    } else {
      metrics.clientError(status);
      logger.info({ path: 'other', status }, 'request');
    }
  });

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        httpServer.once('error', reject);
        httpServer.listen(settings.port, settings.host, () => {
          httpServer.off('error', reject);
          const { port } = httpServer.address() as AddressInfo;
          const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
          resolve(`http://${host}:${port}`);
        });
      }),
    ready: () => {
      // What ends while it starts does not come back.
      if (state === 'starting') state = 'ready';
    },
    beginShutdown: () => {
      state = 'stopping';
      connections.disableKeepAlive();
    },
    drain: (ms) =>
      new Promise((resolve) => {
        state = 'stopping';
        connections.disableKeepAlive();
        connections.closeIdle();
        let drained = true;
        const cancel = clock.setTimer(ms, () => {
          drained = connections.destroyAll();
        });
        // `http.close` itself would cut off answers that are on their way out, and at once stop looking for slow clients.
        NetServer.prototype.close.call(httpServer, () => {
          cancel();
          httpServer.close();
          resolve(drained);
        });
      }),
  };
}
