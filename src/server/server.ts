import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerSettings } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { LiveMetrics } from '../live/ports.ts';
import type { ClientAddressReader } from './client-address.ts';
import { respondToClientError } from './client-error.ts';
import { createConnectionTracker } from './connection-tracker.ts';
import { createDrain } from './drain.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { createFixedRoutes } from './fixed-routes.ts';
import { HttpError } from './http-error.ts';
import type { Logger, MetricsExporter, ProcessGauges, ServerMetrics } from './ports.ts';
import type { CachePurger } from './purge-handler.ts';
import { type ConfiguredServing } from './request-handler.ts';
import { createRequestHandlers, toWebSocketOptions } from './request-handlers.ts';
import { sendError, sendJson } from './respond.ts';
import type { PageHandler } from './static-page.ts';
import { createUnreadAnswers } from './unread-answers.ts';
import { createWebSockets } from './web-socket-server.ts';

/** Socket timeouts of client connections. */
export interface ServerTimeouts {
  /** For sending a request's headers. */
  readonly headersMs: number;
  /** For sending the complete request. */
  readonly requestMs: number;
  /** Without any traffic on the connection, beyond the request timeout. */
  readonly idleMs: number;
  /** For reading some more of an answer that is being sent. */
  readonly unreadMs: number;
  /** How often Node checks connections against the first two. */
  readonly checkIntervalMs: number;
}

const DEFAULT_TIMEOUTS: ServerTimeouts = {
  headersMs: 20 * SECOND,
  requestMs: 30 * SECOND,
  idleMs: 90 * SECOND,
  unreadMs: 30 * SECOND,
  checkIntervalMs: 5 * SECOND,
};

export interface ServerOptions extends ConfiguredServing {
  readonly purger: CachePurger;
  readonly settings: Pick<ServerSettings, 'host' | 'port' | 'trustProxy'>;
  readonly clock: Clock;
  /** Prints the SDL for client generators. */
  readonly printSdl: () => string;
  readonly graphiql: PageHandler;
  readonly wallboard: PageHandler;
  readonly metrics: ServerMetrics & LiveMetrics & MetricsExporter;
  readonly gauges: ProcessGauges;
  readonly logger: Logger;
  /** What /readyz says beside the status of a gateway that is ready. */
  readonly readinessDetail?: (() => object) | undefined;
  /** Defaults to `DEFAULT_TIMEOUTS`. */
  readonly timeouts?: ServerTimeouts;
}

export interface Server {
  /** Starts listening; resolves to the server's URL. */
  readonly listen: () => Promise<string>;
  /** Switches /readyz to 200, unless the shutdown has started. */
  readonly ready: () => void;
  /**
   * Serves new requests by another configuration from now on; those in flight end by the one before. Subscriptions go on by the new one,
   * unless their callers have lost their permissions. Resolves once the last request of the configuration before has ended.
   */
  readonly reconfigure: (serving: ConfiguredServing) => Promise<void>;
  /** Executes all subscriptions again: what they have sent may be wrong now. */
  readonly refreshStreams: () => void;
  /** Switches /readyz to 503 and disables keep-alive; all requests are still served. */
  readonly beginShutdown: () => void;
  /**
   * Stops listening and waits for the requests in flight, and for queries over WebSockets; aborts those that are left after `ms`.
   * Resolves to true if none was aborted. Connections that have not sent complete request headers get only a short grace period.
   */
  readonly drain: (ms: number) => Promise<boolean>;
}

type ReadinessState = 'starting' | 'ready' | 'stopping';

const UNREADY_REASONS = { starting: 'The gateway is starting', stopping: 'The gateway is shutting down' };

/** Creates the HTTP server: connections, error responses, the change of configurations and the drain. */
export function createServer(options: ServerOptions): Server {
  const { settings, metrics, logger, clock, timeouts = DEFAULT_TIMEOUTS } = options;
  let state: ReadinessState = 'starting';
  const routes = createFixedRoutes(options, (exchange) => {
    if (state === 'ready') sendJson(exchange, 200, { status: state, ...options.readinessDetail?.() });
    else sendJson(exchange, 503, { status: state, reason: UNREADY_REASONS[state] });
  });
  const handlers = createRequestHandlers(options, routes);

  function respondWithError(exchange: Exchange, error: unknown): void {
    const { response, requestId, log } = exchange;
    if (!(error instanceof HttpError))
      logger.error({ err: error, requestId }, 'unexpected error while handling a request');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const httpError =
      error instanceof HttpError ? error : new HttpError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    if (httpError.limit) {
      log.rejection = httpError.limit;
      metrics.limitRejection(httpError.limit);
    }
    sendError(exchange, httpError);
  }

  async function serve(exchange: Exchange): Promise<void> {
    const { handle, uses } = handlers.current();
    uses.begin();
    try {
      await handle(exchange);
    } catch (error) {
      respondWithError(exchange, error);
    } finally {
      uses.end();
      exchange.onHandlerEnd();
    }
  }

  const connections = createConnectionTracker(clock);
  const unread = createUnreadAnswers({
    maxBytes: () => handlers.current().serving.limits.maxUnreadBytes,
    timeoutMs: timeouts.unreadMs,
    onRejected: () => {
      metrics.requestShed('unread_bytes');
    },
  });
  metrics.watchUnread(unread.bytes);
  metrics.watchReadiness(() => state === 'ready');
  const readClientAddress: ClientAddressReader = (request) => handlers.current().readClientAddress(request);
  const onStream = connections.onStreamStart;
  const exchangeOptions = { metrics, logger, clock, readClientAddress, unread, onStream };
  const webSockets = createWebSockets(toWebSocketOptions(options, handlers, readClientAddress));
  const isUpgradeAllowed = (request: IncomingMessage) => handlers.current().isUpgradeAllowed(request);
  const httpServer = createHttpServer(
    {
      shouldUpgradeCallback: isUpgradeAllowed,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
    },
    (request, response) => {
      const exchange = createExchange(request, response, exchangeOptions);
      connections.onRequestStart(exchange);
      exchange.onClose(() => {
        connections.onRequestEnd(exchange);
      });
      void serve(exchange);
    },
  );
  // Longer than the 60 s after which load balancers usually close idle connections, so that the gateway never closes one first.
  httpServer.keepAliveTimeout = 65 * SECOND;
  httpServer.maxRequestsPerSocket = 1000;
  function limitIdleTime({ limits }: ConfiguredServing): void {
    // Longer than any query takes, whatever the configured timeout: a connection without traffic for this long has lost its client.
    httpServer.timeout = limits.requestTimeoutMs + timeouts.idleMs;
  }
  limitIdleTime(options);
  httpServer.on('connection', connections.onConnect);
  httpServer.on('connection', handlers.onConnection);
  httpServer.on('upgrade', (request, socket, head) => {
    // Before version 24.9, Node does not ask.
    if (!isUpgradeAllowed(request)) {
      socket.destroy();
      return;
    }
    connections.onUpgrade(socket);
    webSockets.accept(request, socket, head);
  });
  httpServer.on('clientError', (error, socket) => {
    const status = respondToClientError(error, socket);
    if (status === null) return;
    const exchange = connections.currentExchange(socket);
    // It is counted and logged when its connection closes, but the drain does not wait for it.
    if (exchange) {
      exchange.log.status = status;
      connections.onRequestEnd(exchange);
    } else {
      metrics.clientError(status);
      logger.request('info', { path: 'other', status });
    }
  });

  const drain = createDrain({ httpServer, connections, webSockets, clock, endStreams: handlers.endStreams });
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
      // A shutdown that starts during start-up is final.
      if (state === 'starting') state = 'ready';
    },
    reconfigure: (serving) => {
      limitIdleTime(serving);
      const replaced = handlers.replace(serving);
      webSockets.reconfigure(handlers.findStreamEnd);
      return replaced;
    },
    refreshStreams: handlers.refreshStreams,
    beginShutdown: () => {
      state = 'stopping';
      connections.disableKeepAlive();
    },
    drain: (ms) => {
      state = 'stopping';
      return drain(ms);
    },
  };
}
