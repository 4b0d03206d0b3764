import { fileURLToPath } from 'node:url';
import type { Config } from '../config/schema.ts';
import { keepStartSettings } from '../config/start-settings.ts';
import { SECOND } from '../domain/time.ts';
import { printPublicSchema } from '../graphql/schema.ts';
import { withTimeout } from '../http/abort.ts';
import type { UnfinishedRun } from '../live/warm-runs.ts';
import type { ConfigurationMetrics } from '../observability/metrics/configuration.ts';
import { createProcessGauges } from '../observability/process-gauges.ts';
import { idleGauges } from '../server/ports.ts';
import { createServer, type Server } from '../server/server.ts';
import { createPageHandler, type PageHandler, type StaticPage } from '../server/static-page.ts';
import type { AccountChanges } from './account-pool.ts';
import { createGeneration, type Generation } from './generation.ts';
import { type AppOptions, createProcessParts } from './process.ts';
import { createPurger } from './purger.ts';
import { startWarming } from './warm.ts';

const PAGES_DIRECTORY = new URL('../../public/', import.meta.url);
const PAGE_MANIFEST = fileURLToPath(new URL('wallboard/documents.json', PAGES_DIRECTORY));

/** For requests that begin before a change of the configuration, beyond their own time: a client may send its body slowly. */
const RETIREMENT_MS = 60 * SECOND;

/** What came of another configuration. */
export interface Reconfiguration {
  readonly accounts: AccountChanges;
  /** The keys whose new values take effect with the next start. */
  readonly needsRestart: readonly string[];
}

/** A gateway whose parts are connected. It serves nothing until its server listens. */
export interface App {
  readonly server: Server;
  /** The configuration that is in force. */
  readonly config: () => Config;
  readonly configurationMetrics: ConfigurationMetrics;
  /** Resolves once every account that discovers agents has been asked for them, with whatever success, or has timed out. */
  readonly askAccounts: () => Promise<void>;
  /**
   * Serves by another configuration: requests in flight end by the one before. Accounts whose settings are the same stay connected. Resolves
   * once new requests are served by it, and new accounts have been asked for their agents; to null where the gateway closes before, so that
   * nothing is changed. One at a time.
   */
  readonly reconfigure: (config: Config) => Promise<Reconfiguration | null>;
  /** Releases connections and caches; call it once the server is drained. */
  readonly close: () => Promise<void>;
}

/** The composition root: connects all layers. */
export async function createApp(options: AppOptions): Promise<App> {
  const { clock, collectProcessMetrics = false } = options;
  let limits = options.config.limits;
  const parts = await createProcessParts(options, () => limits);
  let generation = await createGeneration(parts, options.config, PAGE_MANIFEST);
  generation.exportAccounts();
  const retiring = new Set<Generation>();
  let hasClosed = false;
  const isClosed = () => hasClosed;

  const purger = createPurger({
    clock,
    logger: parts.logger,
    metrics: parts.metrics,
    purges: parts.fleet.purges,
    dropEntries: parts.fleet.dropEntries,
    current: () => generation,
    connectedAccounts: parts.accounts.all,
    unreachedProcesses: countUnreached(options.config),
    dropResponses: () => {
      server.refreshStreams();
      return parts.responses.clear();
    },
  });
  const server: Server = createServer({
    ...generation.serving,
    purger,
    settings: options.config.server,
    printSdl: printPublicSchema,
    // GraphiQL's editor sets its layout through inline style attributes and style elements.
    graphiql: createPage('graphiql', { inlineStyles: true }),
    wallboard: createPage('wallboard', { inlineStyles: false }),
    metrics: parts.metrics,
    gauges: collectProcessMetrics ? createProcessGauges() : idleGauges,
    logger: parts.logger,
    readinessDetail: options.readinessDetail,
    clock,
  });

  const warm = (unfinished: readonly UnfinishedRun[]) =>
    startWarming({ ...parts, unfinished, config: generation.config, graphql: generation.serving.graphql });
  let warming = warm([]);

  async function retire(replaced: Generation, whenUnused: Promise<void>): Promise<void> {
    retiring.add(replaced);
    const maxWaitMs = replaced.config.limits.requestTimeoutMs + RETIREMENT_MS;
    await withTimeout(whenUnused, () => undefined, maxWaitMs, clock);
    if (retiring.delete(replaced)) await replaced.close();
  }

  return {
    server,
    config: () => generation.config,
    configurationMetrics: parts.metrics,
    askAccounts: () => generation.askAccounts(),
    reconfigure: async (next) => {
      if (isClosed()) return null;
      const { config, needsRestart } = keepStartSettings(generation.config, next);
      const following = await createGeneration(parts, config, PAGE_MANIFEST);
      const { changes } = following;
      // Otherwise the agents of new accounts would be missing from responses at first.
      await following.askAccounts(new Set([...changes.added, ...changes.changed]));
      if (isClosed()) {
        await following.close();
        return null;
      }
      const replaced = generation;
      [generation, limits] = [following, config.limits];
      const whenUnused = server.reconfigure(following.serving);
      following.exportAccounts();
      warming = warm(warming.stop());
      void retire(replaced, whenUnused);
      return { accounts: changes, needsRestart };
    },
    close: async () => {
      hasClosed = true;
      await Promise.allSettled([warming.close()]);
      await Promise.allSettled([generation, ...retiring].map((each) => each.close()));
      retiring.clear();
      await parts.close();
    },
  };
}

/** The other processes that serve the address, each with a cache of its own. */
function countUnreached({ cache, server: { workers = 1 } }: Config): number {
  return cache.url === undefined ? workers - 1 : 0;
}

function createPage(name: string, options: Pick<StaticPage, 'inlineStyles'>): PageHandler {
  return createPageHandler({ name, folder: new URL(`${name}/`, PAGES_DIRECTORY), ...options });
}
