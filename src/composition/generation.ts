import type { Config } from '../config/schema.ts';
import type { Directory } from '../directory/directory.ts';
import { createCors } from '../server/cors.ts';
import { createHostCheck } from '../server/host-check.ts';
import type { ConfiguredServing } from '../server/request-handler.ts';
import type { AccountChanges } from './account-pool.ts';
import type { ConnectedAccount } from './connected-account.ts';
import { createGraphql } from './graphql.ts';
import type { ProcessParts } from './process.ts';
import { createServices } from './services.ts';
import { connectTrustedDocuments } from './trusted-documents.ts';

/** The parts of the gateway that depend on its configuration. Another configuration is another generation. */
export interface Generation {
  readonly config: Config;
  readonly serving: ConfiguredServing;
  readonly accounts: readonly ConnectedAccount[];
  readonly directory: Directory;
  readonly changes: AccountChanges;
  /** Resolves once every account that discovers agents, or each of those named, has been asked for them, or has timed out. */
  readonly askAccounts: (names?: ReadonlySet<string>) => Promise<void>;
  /** Exports the state of its accounts. */
  readonly exportAccounts: () => void;
  /** Releases what only this generation uses; call it once its last request has ended. */
  readonly close: () => Promise<void>;
}

/** `pageManifest` has the documents of the gateway's own page. */
export async function createGeneration(parts: ProcessParts, config: Config, pageManifest: string): Promise<Generation> {
  const { clock, metrics, logger, schema, tracer, onUnexpectedError } = parts;
  const { accounts, changes, release } = parts.accounts.connect(config);
  const services = createServices(accounts, config, parts);
  const graphql = await createGraphql({
    config,
    schema,
    services,
    clock,
    metrics,
    isTraced: tracer !== undefined,
    onUnexpectedError,
  });
  const responses = parts.responses.create(config.performance.responseCacheBytes);
  return {
    config,
    changes,
    accounts,
    directory: services.directory,
    serving: {
      settings: config.server,
      limits: config.limits,
      ...parts.authenticationFor(config),
      checkHost: config.auth ? undefined : createHostCheck(config.server.allowedHosts),
      cors: createCors(config.server.cors),
      graphql: graphql.execute,
      readStatuses: graphql.readStatuses,
      liveSettings: config.live,
      tracer,
      responses,
      trustedDocuments: connectTrustedDocuments({ config, schema, clock, logger, pageManifest }),
    },
    askAccounts: services.directory.askAll,
    exportAccounts: () => {
      metrics.watchAccounts(
        config.accounts.map(({ name }) => name),
        (name) => services.health.get(name).state,
      );
    },
    close: async () => {
      await Promise.allSettled([graphql.stop()]);
      parts.responses.release(responses);
      release();
    },
  };
}
