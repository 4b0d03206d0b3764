import { getHeapStatistics } from 'node:v8';
import { Agent as HttpAgent } from 'undici';
import { createAccountCache } from './cache/account-cache.ts';
import { joinFleet } from './cache/fleet.ts';
import { memoryBound } from './cache/memory-bound.ts';
import { reasonOf } from './cache/redis-trouble.ts';
import type { AccountConfig } from './config/account.ts';
import type { Config } from './config/forms.ts';
import { loadConfig } from './config/load.ts';
import type { Problem } from './config/problem.ts';
import { resolveConfig } from './config/resolve.ts';
import { createDirectory } from './directory/directory.ts';
import type { Clock } from './domain/clock.ts';
import { SECOND } from './domain/time.ts';
import type { Context } from './gather/context.ts';
import { openDesk } from './gather/desk.ts';
import { createHealthBook } from './gather/health.ts';
import { createApollo } from './graphql/apollo.ts';
import { accessPlugin } from './graphql/limits/access.ts';
import { answerSizePlugin } from './graphql/limits/answer-size.ts';
import { countingPlugin } from './graphql/limits/counting.ts';
import { fewerErrorsPlugin } from './graphql/limits/fewer-errors.ts';
import { limitsPlugin } from './graphql/limits/limits.ts';
import { operationKindPlugin } from './graphql/limits/operation-kind.ts';
import { suggestionsPlugin } from './graphql/limits/suggestions.ts';
import { tokensPlugin } from './graphql/limits/tokens.ts';
import { planPlugin } from './graphql/plan/plugin.ts';
import { printPublicSchema } from './graphql/schema.ts';
import { shelfLifePlugin } from './graphql/shelf-life.ts';
import { tracePlugin } from './graphql/trace.ts';
import { createVendorHttp } from './http/vendor-http.ts';
import type { Logger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { calm, createProcessGauges } from './observability/process-gauges.ts';
import type { RequestContext } from './request/context.ts';
import { printConfiguration } from './sandbox/configuration.ts';
import { type Sandbox, startSandbox } from './sandbox/start.ts';
import { createAuthenticator } from './server/auth.ts';
import { createGraphiql } from './server/graphiql.ts';
import { type Server, createServer } from './server/server.ts';
import { vendors } from './vendors/index.ts';
import type { Connection, Vendor } from './vendors/vendor.ts';

const GRAPHIQL = new URL('../dist/graphiql/', import.meta.url);

export interface AppParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether to publish the runtime's own metrics, too; for one app in a process at most. */
  readonly ofProcess?: boolean;
  /** Whose vendors to speak with; the registry's when absent. */
  readonly vendors?: readonly Vendor[];
}

/** A gateway, put together; it serves nothing until its server listens. */
export interface App {
  readonly server: Server;
  /** Lets go of connections and caches, once the server is drained. */
  readonly close: () => Promise<void>;
}

/** The composition root: the only place that knows every layer. */
export async function createApp(parts: AppParts): Promise<App> {
  const { config, clock, logger, ofProcess = false } = parts;
  const metrics = createMetrics({ ofProcess });
  const dispatcher = new HttpAgent({ connect: { timeout: 2 * SECOND }, keepAliveTimeout: 30 * SECOND });
  const fleet = joinFleet({
    url: config.cache.url,
    maxBytes: memoryBound(config.cache.maxBytes, getHeapStatistics().heap_size_limit),
    clock,
    observer: {
      onError: (operation, error) => {
        metrics.cacheError(operation, reasonOf(error));
      },
      onAway: (error) => {
        logger.warn(
          { err: error, reason: reasonOf(error) },
          'the shared cache is away; the gateway goes on without it',
        );
      },
      onBack: () => {
        logger.info({}, 'the shared cache is back');
      },
    },
  });

  function connect(account: AccountConfig): { readonly vendor: Vendor; readonly connection: Connection } {
    const vendor = (parts.vendors ?? vendors).find(({ key }) => key === account.vendor);
    if (!vendor) throw new Error(`the configuration names a vendor that is not there: ${account.vendor}`);
    const identity = { name: account.name, vendor: vendor.name };
    const { identity: identityInFleet, leases, vault, takeForAll } = fleet.share(account);
    const { timeoutMs, concurrency, queue, requestsPerMinute, retries, breaker, rateGate } = account;
    const http = createVendorHttp({
      account: identity,
      timeoutMs,
      concurrency,
      queue,
      requestsPerMinute,
      takeForAll,
      retries,
      breaker,
      rateGate,
      clock,
      random: Math.random,
      dispatcher,
      metrics: {
        ...metrics,
        circuit: (name, endpoint, state) => {
          metrics.circuit(name, endpoint, state);
          logger.warn({ account: name, endpoint, state }, 'a circuit changed its state');
        },
      },
    });
    const cache = createAccountCache({
      account: identity,
      identity: identityInFleet,
      store: fleet.store,
      leases,
      closing: fleet.closing,
      clock,
      staleIfErrorSeconds: config.cache.staleIfErrorSeconds,
      onRead: (endpoint, result) => {
        metrics.cacheRead(identity.name, endpoint, result);
      },
    });
    return {
      vendor,
      connection: vendor.connect(account, { account: identity, clock, http, cache, vault, ttl: config.cache.ttl }),
    };
  }

  const connected = config.accounts.map((account) => ({ account, ...connect(account) }));
  const health = createHealthBook(clock);
  const onUnexpected = (error: unknown): void => {
    logger.error({ err: error }, 'a question failed in a way that nobody expected');
  };
  const directory = createDirectory({
    entries: config.agents,
    accounts: connected.map(({ account, vendor, connection }) => ({
      ...connection.account,
      references: vendor.references,
      connection,
      discover: 'discover' in account && account.discover === true,
    })),
    clock,
    // Whoever has little time needs the rest of it for the question itself.
    patienceMs: Math.min(5 * SECOND, config.limits.requestTimeoutMs / 2),
    maxFiles: config.limits.maxFiles,
    onReport: health.note,
    onUnexpected,
  });
  const house = { connections: connected.map(({ connection }) => connection), directory, health };

  const apollo = createApollo<Context & RequestContext>({
    maxTokens: config.limits.maxTokens,
    plugins: [
      operationKindPlugin,
      accessPlugin,
      tokensPlugin(config.limits),
      limitsPlugin(config.limits),
      answerSizePlugin(config.limits),
      planPlugin(config.limits),
      tracePlugin,
      shelfLifePlugin(clock),
      countingPlugin(metrics),
      fewerErrorsPlugin,
      suggestionsPlugin,
    ],
    onUnexpected,
  });
  await apollo.start();

  const server = createServer({
    settings: config.server,
    limits: config.limits,
    authenticate: createAuthenticator(config.auth, { clock, metrics }),
    graphql: (httpGraphQLRequest, request) =>
      apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => Promise.resolve({ request, desk: openDesk(house, request) }),
      }),
    sdl: printPublicSchema(),
    graphiql: createGraphiql(GRAPHIQL),
    metrics,
    gauges: ofProcess ? createProcessGauges() : calm,
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
export type Opened =
  | { readonly ok: true; readonly config: Config; readonly sandbox: Sandbox<string> | null }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The configuration of the environment; with none at all, that of a sandbox which is started for the purpose. */
export async function openConfiguration(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  clock: Clock,
): Promise<Opened> {
  const loaded = resolveConfig(env, folder, vendors);
  if (loaded) return loaded.ok ? { ...loaded, sandbox: null } : loaded;
  const sandbox = await startSandbox({
    clock,
    fakes: Object.fromEntries(vendors.map(({ key, sandbox: fake }) => [key, fake])),
  });
  const text = printConfiguration(sandbox.configuration);
  const built = loadConfig({ text, file: 'the sandbox’s configuration', env, vendors });
  if (!built.ok) {
    await sandbox.stop();
    return built;
  }
  return { ok: true, config: built.config, sandbox };
}
