import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { createFleet, type Fleet, maxCacheBytes } from '../cache/fleet.ts';
import { maxRetentionMs } from '../cache/freshness.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { printPublicSchema } from '../graphql/schema.ts';
import { createTransport } from '../http/transport.ts';
import type { LevelledLogger } from '../observability/logger.ts';
import { createMetrics, type Metrics, type MetricsPeers } from '../observability/metrics.ts';
import { createProcessGauges } from '../observability/process-gauges.ts';
import { createCors } from '../server/cors.ts';
import { createHostCheck } from '../server/host-check.ts';
import { idleGauges } from '../server/ports.ts';
import { createResponseCache, type ResponseCache } from '../server/response-cache/response-cache.ts';
import { createServer, type Server } from '../server/server.ts';
import { createPageHandler, type PageHandler, type StaticPage } from '../server/static-page.ts';
import { vendors as registry } from '../vendors/index.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';
import { createThrottledAuthenticator } from './authentication.ts';
import { createGraphql } from './graphql.ts';
import { createIssuerFetch } from './issuer-fetch.ts';
import { createLimitedLogs } from './limited-logs.ts';
import { createRedisObserver, createUnexpectedErrorObserver } from './observers.ts';
import { createPurger } from './purger.ts';
import { createServices } from './services.ts';
import { connectTrustedDocuments } from './trusted-documents.ts';
import { startWarming } from './warm.ts';

const PAGES_DIRECTORY = new URL('../../public/', import.meta.url);

export interface AppOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: LevelledLogger;
  /** Whether all gateways on one Redis have this very clock, as in a simulation. */
  readonly isClockShared?: boolean;
  /** Also publishes the metrics of the Node process; for at most one app in a process. */
  readonly collectProcessMetrics?: boolean;
  /** Other processes that serve the same address. */
  readonly metricsPeers?: MetricsPeers | undefined;
  /** How many lines the log has lost. */
  readonly lostLogLines?: () => number;
  /** The vendors to support; those of the registry when absent. */
  readonly vendors?: readonly VendorAdapter[];
}

/** A gateway whose parts are connected. It serves nothing until its server listens. */
export interface App {
  readonly server: Server;
  /** Resolves once every account that discovers agents has been asked for them, with whatever success, or has timed out. */
  readonly askAccounts: () => Promise<void>;
  /** Releases connections and caches; call it once the server is drained. */
  readonly close: () => Promise<void>;
}

/** The composition root: connects all layers. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, clock, logger, collectProcessMetrics = false, vendors = registry, lostLogLines = () => 0 } = options;
  const metrics = createMetrics({ collectProcessMetrics, peers: options.metricsPeers });
  const onUnexpectedError = createUnexpectedErrorObserver(logger);

  const transport = createTransport(config.proxy);
  const fleet = connectFleet(options, metrics);
  metrics.watchLog(lostLogLines);
  const logs = createLimitedLogs(clock, logger);
  const observers = { metrics, logger, logs, onUnexpectedError };
  const responses = connectResponseCache(options, metrics);
  const onEntryWritten = responses?.entryWritten;
  const services = createServices({ config, vendors, fleet, transport, clock, onEntryWritten, ...observers });
  const graphql = await createGraphql({ config, services, clock, metrics, onUnexpectedError });

  const purger = createPurger({
    ...{ accounts: services.accounts, directory: services.directory, purges: fleet.purges, clock, logger, metrics },
    unreachedProcesses: config.cache.url === undefined ? (config.server.workers ?? 1) - 1 : 0,
    dropAnswers: () => {
      server.outdateStreams();
      return responses?.clear() ?? 0;
    },
  });
  const server: Server = createServer({
    settings: config.server,
    limits: config.limits,
    authenticate: createThrottledAuthenticator(config, { clock, metrics, logger, fetch: createIssuerFetch(transport) }),
    checkHost: config.auth ? undefined : createHostCheck(config.server.allowedHosts),
    cors: createCors(config.server.cors),
    graphql: graphql.execute,
    readStatuses: graphql.readStatuses,
    liveSettings: config.live,
    responses,
    purger,
    trustedDocuments: connectTrustedDocuments({
      config,
      schema: graphql.schema,
      clock,
      logger,
      pageManifest: fileURLToPath(new URL('wallboard/documents.json', PAGES_DIRECTORY)),
    }),
    printSdl: printPublicSchema,
    // GraphiQL's editor sets its layout through inline style attributes and style elements.
    graphiql: createPage('graphiql', { inlineStyles: true }),
    wallboard: createPage('wallboard', { inlineStyles: false }),
    metrics,
    gauges: collectProcessMetrics ? createProcessGauges() : idleGauges,
    logger,
    clock,
  });
  const stopWarming = startWarming({ config, clock, fleet, graphql: graphql.execute, metrics, logger });
  return {
    server,
    askAccounts: services.directory.askAll,
    close: async () => {
      stopWarming();
      await Promise.allSettled([graphql.stop()]);
      // After the last query: what it counted is still logged.
      services.close();
      await Promise.allSettled([fleet.close(), transport.close()]);
    },
  };
}

function createPage(name: string, options: Pick<StaticPage, 'inlineStyles'>): PageHandler {
  return createPageHandler({ name, folder: new URL(`${name}/`, PAGES_DIRECTORY), ...options });
}

function connectResponseCache({ config, clock }: AppOptions, metrics: Metrics): ResponseCache | undefined {
  const { responseCacheBytes: maxBytes } = config.performance;
  if (maxBytes === 0) return undefined;
  const responses = createResponseCache({ maxBytes, clock, onRead: metrics.responseRead });
  metrics.watchMemoryLevel('responses', responses.use);
  return responses;
}

function connectFleet({ config, clock, logger, isClockShared }: AppOptions, metrics: Metrics): Fleet {
  const fleet = createFleet({
    address: config.cache.url,
    maxBytes: maxCacheBytes(config.cache.maxBytes, getHeapStatistics().heap_size_limit),
    clock,
    observer: createRedisObserver(metrics, logger),
    retentionMs: maxRetentionMs(config.cache),
    isClockShared,
  });
  metrics.watchMemoryLevel('memory', fleet.memoryUse);
  // A Redis that does not answer is reported as down as soon as that is known.
  if (config.cache.url !== undefined) metrics.redisUp(true);
  return fleet;
}
