import { getHeapStatistics } from 'node:v8';
import { Agent as HttpAgent } from 'undici';
import { createAccountCache } from '../cache/account-cache.ts';
import { createFleet, maxCacheBytes } from '../cache/fleet.ts';
import { classifyRedisError } from '../cache/redis-errors.ts';
import type { AccountConfig } from '../config/account.ts';
import type { Config } from '../config/schema.ts';
import { loadConfig } from '../config/load.ts';
import type { ConfigError } from '../config/config-error.ts';
import { findConfig } from '../config/find-config.ts';
import { createDirectory } from '../directory/directory.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createQueryContext } from '../gather/query-context.ts';
import { createAccountHealthTracker } from '../gather/account-health.ts';
import { createApolloServer } from '../graphql/apollo-server.ts';
import { authorizationPlugin } from '../graphql/plugins/authorization.ts';
import { responseSizePlugin } from '../graphql/plugins/response-size.ts';
import { errorMetricsPlugin } from '../graphql/plugins/error-metrics.ts';
import { maxErrorsPlugin } from '../graphql/plugins/max-errors.ts';
import { documentLimitsPlugin } from '../graphql/plugins/document-limits.ts';
import { operationTypePlugin } from '../graphql/plugins/operation-type.ts';
import { disableSuggestionsPlugin } from '../graphql/plugins/disable-suggestions.ts';
import { tokenLimitCodePlugin } from '../graphql/plugins/token-limit-code.ts';
import { explainPlugin } from '../graphql/plugins/explain.ts';
import { printPublicSchema } from '../graphql/schema.ts';
import { cacheControlPlugin } from '../graphql/plugins/cache-control.ts';
import { tracePlugin } from '../graphql/plugins/trace.ts';
import { createVendorHttp } from '../http/vendor-http.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createProcessGauges } from '../observability/process-gauges.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import { type Sandbox, startSandbox } from '../sandbox/start-sandbox.ts';
import { createAuthenticator } from '../server/auth.ts';
import { createGraphiqlHandler } from '../server/graphiql-handler.ts';
import { idleGauges, type Logger } from '../server/ports.ts';
import { type Server, createServer } from '../server/server.ts';
import { vendors } from '../vendors/index.ts';
import type { AccountAdapter, VendorAdapter } from '../vendors/vendor.ts';

const GRAPHIQL_DIRECTORY = new URL('../../public/graphiql/', import.meta.url);

export interface AppOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether to publish the runtime's own metrics, too; for one app in a process at most. */
  readonly collectProcessMetrics?: boolean;
  /** Whose vendors to speak with; the registry's when absent. */
  readonly vendors?: readonly VendorAdapter[];
}

/** A gateway, put together; it serves nothing until its server listens. */
export interface App {
  readonly server: Server;
  /** Lets go of connections and caches, once the server is drained. */
  readonly close: () => Promise<void>;
}

/** The composition root: the only place that knows every layer. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, clock, logger, collectProcessMetrics = false } = options;
  const metrics = createMetrics({ collectProcessMetrics });
  const dispatcher = new HttpAgent({ connect: { timeout: 2 * SECOND }, keepAliveTimeout: 30 * SECOND });
  const fleet = createFleet({
    url: config.cache.url,
    maxBytes: maxCacheBytes(config.cache.maxBytes, getHeapStatistics().heap_size_limit),
    clock,
    observer: {
      onError: (operation, error) => {
        metrics.cacheError(operation, classifyRedisError(error));
      },
      onDown: (error) => {
        logger.warn(
          { err: error, reason: classifyRedisError(error) },
          'the shared cache is away; the gateway goes on without it',
        );
      },
      onUp: () => {
        logger.info({}, 'the shared cache is back');
      },
    },
  });

  function connect(account: AccountConfig): { readonly vendor: VendorAdapter; readonly adapter: AccountAdapter } {
    const vendor = (options.vendors ?? vendors).find(({ key }) => key === account.vendor);
    if (!vendor) throw new Error(`the configuration names a vendor that is not there: ${account.vendor}`);
    const accountIdentity = { name: account.name, vendor: vendor.name };
    const { fingerprint: accountFingerprint, leases, tokenStore, acquireSharedQuota } = fleet.forAccount(account);
    const { timeoutMs, concurrency, maxQueued, requestsPerMinute, maxRetries, circuitBreaker, honorRetryAfter } =
      account;
    const http = createVendorHttp({
      account: accountIdentity,
      timeoutMs,
      concurrency,
      maxQueued,
      requestsPerMinute,
      acquireSharedQuota,
      maxRetries,
      circuitBreaker,
      honorRetryAfter,
      clock,
      random: Math.random,
      dispatcher,
      metrics: {
        ...metrics,
        circuitState: (name, endpoint, state) => {
          metrics.circuitState(name, endpoint, state);
          logger.warn({ account: name, endpoint, state }, 'a circuit changed its state');
        },
      },
    });
    const cache = createAccountCache({
      account: accountIdentity,
      fingerprint: accountFingerprint,
      store: fleet.store,
      leases,
      shutdownSignal: fleet.shutdownSignal,
      clock,
      staleIfErrorSeconds: config.cache.staleIfErrorSeconds,
      onRead: (endpoint, result) => {
        metrics.cacheRead(accountIdentity.name, endpoint, result);
      },
    });
    return {
      vendor,
      adapter: vendor.connect(account, {
        account: accountIdentity,
        clock,
        http,
        cache,
        tokenStore,
        ttl: config.cache.ttl,
      }),
    };
  }

  const connected = config.accounts.map((account) => ({ account, ...connect(account) }));
  const healthTracker = createAccountHealthTracker(clock);
  const onUnexpectedError = (error: unknown): void => {
    logger.error({ err: error }, 'a question failed in a way that nobody expected');
  };
  const directory = createDirectory({
    entries: config.agents,
    accounts: connected.map(({ account, vendor, adapter }) => ({
      ...adapter.account,
      references: vendor.references,
      adapter,
      discover: 'discover' in account && account.discover === true,
    })),
    clock,
    // Whoever has little time needs the rest of it for the question itself.
    discoveryTimeoutMs: Math.min(5 * SECOND, config.limits.requestTimeoutMs / 2),
    maxFiles: config.limits.maxFiles,
    onReport: healthTracker.recordReport,
    onUnexpectedError,
  });
  const services = { adapters: connected.map(({ adapter }) => adapter), directory, health: healthTracker };

  const apollo = createApolloServer({
    maxTokens: config.limits.maxTokens,
    plugins: [
      operationTypePlugin,
      authorizationPlugin,
      tokenLimitCodePlugin(config.limits),
      documentLimitsPlugin(config.limits),
      responseSizePlugin(config.limits),
      explainPlugin(config.limits),
      tracePlugin,
      cacheControlPlugin(clock),
      errorMetricsPlugin(metrics),
      maxErrorsPlugin,
      disableSuggestionsPlugin,
    ],
    onUnexpectedError,
  });
  await apollo.start();

  const server = createServer({
    settings: config.server,
    limits: config.limits,
    authenticate: createAuthenticator(config.auth, { clock, metrics }),
    graphql: (httpGraphQLRequest, request) =>
      apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => Promise.resolve(createQueryContext(services, request)),
      }),
    sdl: printPublicSchema(),
    graphiql: createGraphiqlHandler(GRAPHIQL_DIRECTORY),
    metrics,
    gauges: collectProcessMetrics ? createProcessGauges() : idleGauges,
    logger,
    clock,
  });
  return {
    server,
    close: async () => {
      await Promise.allSettled([apollo.stop(), fleet.close(), dispatcher.close()]);
    },
  };
}

/** What the gateway runs with: the configuration, and the sandbox where nothing is configured. */
export type StartupConfig =
  | { readonly ok: true; readonly config: Config; readonly sandbox: Sandbox<string> | null }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** The configuration of the environment; with none at all, that of a sandbox which is started for the purpose. */
export async function loadStartupConfig(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  clock: Clock,
): Promise<StartupConfig> {
  const loaded = findConfig(env, folder, vendors);
  if (loaded) return loaded.ok ? { ...loaded, sandbox: null } : loaded;
  const sandbox = await startSandbox({
    clock,
    fakes: Object.fromEntries(vendors.map(({ key, createFakeVendor: fake }) => [key, fake])),
  });
  const text = formatSandboxConfig(sandbox.config);
  const sandboxConfig = loadConfig({ text, file: 'the sandbox’s configuration', env, vendors });
  if (!sandboxConfig.ok) {
    await sandbox.stop();
    return sandboxConfig;
  }
  return { ok: true, config: sandboxConfig.config, sandbox };
}
