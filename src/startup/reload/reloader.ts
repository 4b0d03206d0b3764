import type { ConfigError } from '../../config/config-error.ts';
import type { LoadConfigResult } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../domain/clock.ts';
import type { ConfigurationMetrics } from '../../observability/metrics/configuration.ts';
import type { Logger } from '../../server/ports.ts';

export type ReloadTrigger = 'signal' | 'file';

/** What a running gateway made of another configuration. */
export interface AppliedConfig {
  /** The names of its accounts that differ from those before. */
  readonly accounts: Readonly<Record<'added' | 'changed' | 'removed', readonly string[]>>;
  /** The keys whose new values take effect with the next start. */
  readonly needsRestart: readonly string[];
}

export interface ReloaderOptions {
  /** Null: the gateway runs without a configuration file. */
  readonly load: (() => LoadConfigResult | Promise<LoadConfigResult>) | null;
  /** Changes the running gateway; resolves to null where it closes before. */
  readonly apply: (config: Config) => Promise<AppliedConfig | null>;
  /** Receives what was loaded, whether or not it is valid. */
  readonly onLoaded: (loaded: LoadConfigResult) => void;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: ConfigurationMetrics;
}

/** What /readyz says of the configuration; empty while nothing is wrong with it. */
export interface ReloadStatus {
  readonly configuration?: {
    /** When the last reload failed, since which the configuration before is still in force. */
    readonly reloadFailedAt?: string;
    /** How many problems the configuration has; the log has them. */
    readonly problems?: number;
    /** Changed keys that take effect with the next start. */
    readonly needsRestart?: readonly string[];
  };
}

/** Changes the configuration of the running gateway. */
export interface Reloader {
  /** Resolves once a configuration that was read after the call is in force, or has been rejected. Never rejects. */
  readonly reload: (trigger: ReloadTrigger) => Promise<void>;
  readonly status: () => ReloadStatus;
}

/** Runs one reload at a time: requests that come during one are served by one more. */
export function createReloader(options: ReloaderOptions): Reloader {
  const { load, apply, onLoaded, clock, logger, metrics } = options;
  let failure: { readonly reloadFailedAt: string; readonly problems: number } | null = null;
  let needsRestart: readonly string[] = [];
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function fail(problems: number): void {
    failure = { reloadFailedAt: new Date(clock.now()).toISOString(), problems };
    metrics.configReloaded('failure');
  }

  function reject(errors: readonly ConfigError[], trigger: ReloadTrigger): void {
    for (const error of errors) logger.error(toFields(error), 'configuration error');
    logger.error({ trigger, problems: errors.length }, 'configuration not reloaded');
    fail(errors.length);
  }

  function accept(config: Config, applied: AppliedConfig, trigger: ReloadTrigger): void {
    ({ needsRestart } = applied);
    failure = null;
    metrics.configReloaded('success');
    metrics.configLoaded(clock.now());
    metrics.configNeedsRestart(needsRestart.length);
    const { added, changed, removed } = applied.accounts;
    const counts = { accounts: config.accounts.length, agents: config.agents.length };
    logger.info({ trigger, ...counts, added, changed, removed }, 'configuration reloaded');
    if (needsRestart.length > 0) logger.warn({ keys: needsRestart }, 'configuration changes need a restart');
  }

  async function reloadOnce(trigger: ReloadTrigger): Promise<void> {
    if (!load) {
      logger.info({ trigger }, 'no configuration file to reload');
      return;
    }
    try {
      const loaded = await load();
      onLoaded(loaded);
      if (!loaded.ok) {
        reject(loaded.errors, trigger);
        return;
      }
      for (const warning of loaded.warnings) logger.warn(toFields(warning), 'configuration warning');
      const applied = await apply(loaded.config);
      if (applied) accept(loaded.config, applied, trigger);
      else logger.info({ trigger }, 'configuration not reloaded, as the gateway is ending');
    } catch (error) {
      logger.error({ err: error, trigger }, 'configuration could not be changed');
      fail(1);
    }
  }

  function start(trigger: ReloadTrigger): Promise<void> {
    running = reloadOnce(trigger).finally(() => {
      running = null;
    });
    return running;
  }

  return {
    reload: (trigger) => {
      if (!running) return start(trigger);
      next ??= running.then(() => {
        next = null;
        return start(trigger);
      });
      return next;
    },
    status: () => {
      const configuration = { ...failure, ...(needsRestart.length > 0 && { needsRestart }) };
      return Object.keys(configuration).length > 0 ? { configuration } : {};
    },
  };
}

/** No part of an error contains a secret. */
function toFields({ file, path, message, line, column }: ConfigError): object {
  return { file, path, problem: message, ...(line !== undefined && { line, column }) };
}
