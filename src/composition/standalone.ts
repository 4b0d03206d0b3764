import { createFleet } from '../cache/fleet.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { instrumentResponseObjects } from '../graphql/limits/response-objects.ts';
import { createSchema } from '../graphql/schema.ts';
import { createTransport } from '../http/transport.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';
import { createAccountPool } from './account-pool.ts';
import type { ConnectedAccount } from './connected-account.ts';
import { createGraphql, type Graphql } from './graphql.ts';
import { createLimitedLogs } from './limited-logs.ts';
import { createRedisObserver } from './observers.ts';
import { createServices } from './services.ts';

export interface StandaloneOptions {
  readonly config: Config;
  readonly vendors: readonly VendorAdapter[];
  readonly clock: Clock;
}

/** The accounts of a configuration in a process that serves nothing: an empty cache that no other process shares, and no log. */
export interface Standalone {
  readonly accounts: readonly ConnectedAccount[];
  readonly createGraphql: () => Promise<Pick<Graphql, 'execute'>>;
  readonly close: () => Promise<void>;
}

export function createStandalone(options: StandaloneOptions): Standalone {
  const { config, clock } = options;
  const dependencies = createDependencies(options);
  const { metrics, fleet, transport, logs } = dependencies;
  const { accounts, release } = createAccountPool(dependencies).connect(config);
  const closeCallbacks: (() => unknown)[] = [logs.flush, release, fleet.close, transport.close];
  return {
    accounts,
    async createGraphql() {
      const services = createServices(accounts, config, dependencies);
      const schema = instrumentResponseObjects(createSchema());
      const graphql = await createGraphql({ config, schema, services, clock, metrics, onUnexpectedError });
      closeCallbacks.unshift(graphql.stop);
      return graphql;
    },
    async close() {
      for (const close of closeCallbacks) await close();
    },
  };
}

function createDependencies({ config, vendors, clock }: StandaloneOptions) {
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const metrics = createMetrics();
  const observer = createRedisObserver(metrics, logger);
  return {
    vendors,
    clock,
    metrics,
    logger,
    onUnexpectedError,
    logs: createLimitedLogs(clock, logger),
    transport: createTransport(config.proxy),
    fleet: createFleet({ address: undefined, maxBytes: config.cache.maxBytes, clock, observer }),
    limits: () => config.limits,
  };
}

function onUnexpectedError(error: unknown): void {
  throw error;
}
