import type { IncomingMessage } from 'node:http';
import type { LiveSettings, ServerSettings } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import type { LiveMetrics, TakeTurn } from '../live/ports.ts';
import type { Caller } from '../request/caller.ts';
import type { CallerStanding } from './auth-standing.ts';
import type { Authenticator } from './auth.ts';
import { type CallerUsage, createCallerLimits } from './caller-limits.ts';
import { type ClientAddressReader, createClientAddressReader } from './client-address.ts';
import type { Cors } from './cors.ts';
import { createDocumentResolver } from './document-request.ts';
import type { Exchange } from './exchange.ts';
import type { FixedRoutes } from './fixed-routes.ts';
import { createGraphqlExecution, type ExecuteCall, type GraphqlExecutionOptions } from './graphql-execution.ts';
import { createGraphqlHandler } from './graphql-handler.ts';
import type { HostCheck } from './host-check.ts';
import { createTurns } from './live-operations.ts';
import { createLiveHandlers, type LiveServer } from './live-server.ts';
import { createLoadShedder, type SlotUsage } from './load-shedding.ts';
import type { Logger, ProcessGauges, ServerMetrics } from './ports.ts';
import { type CachePurger, createPurgeHandler } from './purge-handler.ts';
import { authorize, validateRequest } from './request-checks.ts';
import { startRequestSpan } from './request-span.ts';
import type { ResponseCache } from './response-cache/response-cache.ts';
import { createRouter } from './routes.ts';
import { createStatusReader, type StatusReaderOptions } from './status-reader.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { createUpgradeCheck } from './upgrade-check.ts';
import { createUseCount, type UseCount } from './use-count.ts';
import type { StartOperation } from './web-socket-operations.ts';

/** What the server takes from a configuration. Another configuration replaces all of it at once. */
export interface ConfiguredServing extends Omit<GraphqlExecutionOptions & StatusReaderOptions, 'clock'> {
  readonly settings: Pick<ServerSettings, 'trustProxy'>;
  readonly authenticate: Authenticator;
  /** What a caller's credentials are worth now; absent: they stand for it until they expire. */
  readonly standingOf?: ((caller: Caller) => CallerStanding) | undefined;
  /** Absent: requests to every host are served. */
  readonly checkHost?: HostCheck | undefined;
  readonly cors: Cors;
  readonly liveSettings: LiveSettings;
  /** Absent: every request is executed. */
  readonly responses?: ResponseCache | undefined;
  /** Absent: no id is known, and every text is accepted. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
}

/** What lives as long as the server. */
export interface ServingDependencies {
  readonly clock: Clock;
  readonly metrics: ServerMetrics & LiveMetrics;
  readonly gauges: ProcessGauges;
  readonly logger: Pick<Logger, 'error'>;
  /** The routes that depend on no configuration. */
  readonly routes: FixedRoutes;
  readonly live: LiveServer;
  readonly purger: CachePurger;
  readonly usageByCaller: Map<string, CallerUsage>;
  readonly slotUsage: SlotUsage;
}

/** Handles the requests that arrive while one configuration is in force. */
export interface RequestHandler {
  readonly serving: ConfiguredServing;
  readonly handle: (exchange: Exchange) => MaybePromise<void>;
  readonly isUpgradeAllowed: (request: IncomingMessage) => boolean;
  readonly readClientAddress: ClientAddressReader;
  readonly startOperation: StartOperation;
  readonly execute: ExecuteCall;
  readonly takeTurn: TakeTurn;
  readonly readStatuses: ReturnType<typeof createStatusReader>;
  /** Its requests that have not ended. */
  readonly uses: UseCount;
}

export function createRequestHandler(serving: ConfiguredServing, dependencies: ServingDependencies): RequestHandler {
  const { limits, responses, trustedDocuments, authenticate, checkHost, cors, tracer } = serving;
  const { clock, metrics, gauges, usageByCaller, slotUsage, purger } = dependencies;
  const acquireSlot = createLoadShedder({ limits, gauges, clock, onShed: metrics.requestShed }, slotUsage);
  const acquireCaller = createCallerLimits(limits, clock, usageByCaller);
  const execute = createGraphqlExecution({ ...serving, clock });
  const documents = createDocumentResolver(trustedDocuments, metrics.documentRequested);
  const uncountedDocuments = createDocumentResolver(trustedDocuments);
  const takeTurn = createTurns(acquireCaller, acquireSlot);
  const documentResolvers = { documents, uncountedDocuments };
  const liveHandlers = createLiveHandlers({
    ...dependencies,
    ...documentResolvers,
    takeTurn,
    maxTokens: limits.maxTokens,
  });
  const { handleStream, startOperation } = liveHandlers;
  const maxBodyBytes = limits.bodyBytes;
  const graphql = createGraphqlHandler({
    execute,
    acquireCaller,
    acquireSlot,
    clock,
    maxBodyBytes,
    responses,
    documents,
    handleStream,
  });
  const purge = createPurgeHandler({ purger, acquireCaller, acquireSlot, maxBodyBytes });
  const findRoute = createRouter({ ...dependencies.routes, graphql, purge });

  function handle(exchange: Exchange): MaybePromise<void> {
    checkHost?.(exchange);
    const matched = findRoute(exchange.pathname);
    if (matched) exchange.log.path = matched.path;
    // Before every check that can fail: a page has to be able to read the error.
    if (cors.handle(exchange, matched?.path, matched?.methods ?? [])) return;
    if (tracer && matched?.path === '/graphql') startRequestSpan(tracer, exchange);
    cors.assertUpgradeAllowed(exchange);
    const route = validateRequest(exchange, matched);
    if (route.auth === 'none') return route.handler(exchange);
    // Monitoring must get a response above all while the process is overloaded.
    if (route.path !== '/metrics') exchange.unread.assertCapacity(exchange.response);
    // Authenticate before a query takes its place, so that unauthenticated requests cannot exhaust capacity.
    const caller = authorize(exchange, route.auth, authenticate);
    return mapValue(caller, (authorized) => route.handler(exchange, authorized));
  }

  return {
    serving,
    handle,
    startOperation,
    execute,
    takeTurn,
    isUpgradeAllowed: createUpgradeCheck({ checkHost, cors }),
    readClientAddress: createClientAddressReader(serving.settings.trustProxy),
    readStatuses: createStatusReader({ ...serving, clock }),
    uses: createUseCount(),
  };
}
