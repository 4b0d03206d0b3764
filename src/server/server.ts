import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { ServerSettings } from '../config/settings.ts';
import { SECOND } from '../domain/time.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Gauges } from '../observability/process-gauges.ts';
import type { Authenticate } from './auth.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { createConnections } from './connections.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { admit, checkRequest } from './gate.ts';
import type { ServeGraphiql } from './graphiql.ts';
import { createGraphqlRoute, type GraphqlParts } from './graphql-route.ts';
import { answerContents, createMetricsPage, createSchemaPage } from './pages.ts';
import { Refusal } from './refusal.ts';
import { sendJson, sendRefusal } from './respond.ts';
import { createRoutes } from './routes.ts';
import { createShedding } from './shedding.ts';

/** How long a client may take. Milliseconds. */
export interface Patience {
  /** To send a request's headers; to send all of it. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** To take anything of an answer that is there. */
  readonly idleMs: number;
  readonly lookEveryMs: number;
}

const PATIENCE: Patience = {
  headersMs: 20 * SECOND,
  requestMs: 30 * SECOND,
  idleMs: 120 * SECOND,
  lookEveryMs: 5 * SECOND,
};

export interface ServerParts extends GraphqlParts {
  readonly settings: Pick<ServerSettings, 'host' | 'port'>;
  readonly authenticate: Authenticate;
  readonly sdl: string;
  readonly graphiql: ServeGraphiql;
  readonly metrics: Metrics;
  readonly gauges: Gauges;
  readonly logger: Logger;
  /** The usual one when absent. */
  readonly patience?: Patience;
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

type State = 'starting' | 'ready' | 'stopping';

const REASONS = { starting: 'The gateway is starting', stopping: 'The gateway is shutting down' };

/** The HTTP server: who may ask, what is served where, and that every answer, errors included, is in good form. */
export function createServer(parts: ServerParts): Server {
  const { settings, authenticate, graphiql, metrics, logger, clock, patience = PATIENCE } = parts;
  let state: State = 'starting';
  const { maxInFlight } = parts.limits;
  const begin = createShedding({ maxInFlight, gauges: parts.gauges, clock, onShed: metrics.shed });

  const findRoute = createRoutes({
    contents: answerContents,
    graphql: createGraphqlRoute(parts),
    graphiql: ({ request, response, pathname }) => void graphiql(request, response, pathname),
    schema: createSchemaPage(parts.sdl),
    health: ({ response }) => {
      sendJson(response, 200, { status: 'alive' });
    },
    readiness: ({ response }) => {
      if (state === 'ready') sendJson(response, 200, { status: state });
      else sendJson(response, 503, { status: state, reason: REASONS[state] });
    },
    metrics: createMetricsPage(metrics),
  });

  async function answer(exchange: Exchange): Promise<void> {
    const found = findRoute(exchange.pathname);
    if (found) exchange.log.path = found.path;
    const route = checkRequest(exchange, found);
    if (route.access === 'anybody') {
      await route.answer(exchange);
      return;
    }
    // Strangers take no place, however long it takes to tell that they are strangers.
    const caller = await admit(exchange, route.access, authenticate);
    // Whoever watches over the process must get an answer from it, above all when it has too much to do.
    const end = route.path === '/graphql' ? begin(caller) : null;
    try {
      await route.answer(exchange, caller);
    } finally {
      end?.();
    }
  }

  function answerError({ response, requestId, log }: Exchange, error: unknown): void {
    if (!(error instanceof Refusal)) logger.error({ err: error, requestId }, 'a request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    if (refusal.limit) {
      log.refused = refusal.limit;
      metrics.limitRejection(refusal.limit);
    }
    sendRefusal(response, refusal);
  }

  const connections = createConnections(clock);
  const http = createHttpServer(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.lookEveryMs,
    },
    (request, response) => {
      const exchange = openExchange(request, response, parts);
      connections.began(exchange);
      response.once('close', () => {
        connections.ended(exchange);
      });
      answer(exchange).catch((error: unknown) => {
        answerError(exchange, error);
      });
    },
  );
  // Longer than the 60 s after which balancers usually drop an idle connection, so that the gateway never drops one first.
  http.keepAliveTimeout = 65 * SECOND;
  http.maxRequestsPerSocket = 1000;
  // Longer than any query takes: only whoever does not read their answer is quiet for so long.
  http.timeout = patience.idleMs;
  http.on('connection', connections.opened);
  http.on('clientError', (error, socket) => {
    const status = answerBrokenRequest(error, socket);
    if (status === null) return;
    const exchange = connections.exchangeOn(socket);
    // It is counted and logged when its connection closes, but nothing more is owed.
    if (exchange) {
      exchange.log.status = status;
      connections.ended(exchange);
    } else {
      metrics.brokenRequest(status);
      logger.info({ path: 'other', status }, 'request');
    }
  });

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        http.once('error', reject);
        http.listen(settings.port, settings.host, () => {
          http.off('error', reject);
          const { port } = http.address() as AddressInfo;
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
      connections.keepNone();
    },
    drain: (ms) =>
      new Promise((resolve) => {
        state = 'stopping';
        connections.keepNone();
        connections.letGo();
        let drained = true;
        const cancel = clock.after(ms, () => {
          drained = connections.cutOff();
        });
        // `http.close` itself would cut off answers that are on their way out, and at once stop looking for slow clients.
        NetServer.prototype.close.call(http, () => {
          cancel();
          http.close();
          resolve(drained);
        });
      }),
  };
}
