import type { LoadConfigResult } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../domain/clock.ts';
import type { ConfigurationMetrics } from '../../observability/metrics/configuration.ts';
import type { Logger } from '../../server/ports.ts';
import { createFileWatch } from './file-watch.ts';
import {
  type AppliedConfig,
  createReloader,
  type Reloader,
  type ReloadStatus,
  type ReloadTrigger,
} from './reloader.ts';

/** The part of the app that a reload changes. */
export interface ReloadableApp {
  /** Resolves to null where the app closes before. */
  readonly reconfigure: (config: Config) => Promise<AppliedConfig | null>;
  readonly configurationMetrics: ConfigurationMetrics;
}

export interface ConfigReloadOptions {
  /** Loads the configuration again; null: the gateway runs without a configuration file. */
  readonly load: (() => LoadConfigResult | Promise<LoadConfigResult>) | null;
  /** The configuration that the app starts with, and the files that it was read from. */
  readonly started: { readonly config: Config; readonly files: readonly string[] };
  /** Calls back whenever the operator asks for a reload. */
  readonly onRequest: (listener: () => void) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reloads the configuration on request, and when its files change. What happens before the app is attached is served then. */
export interface ConfigReload {
  readonly attach: (app: ReloadableApp) => void;
  readonly status: () => ReloadStatus;
}

export function createConfigReload({ load, started, onRequest, clock, logger }: ConfigReloadOptions): ConfigReload {
  const attached = Promise.withResolvers<Reloader>();
  let reloader: Reloader | null = null;

  async function reload(trigger: ReloadTrigger): Promise<void> {
    await (await attached.promise).reload(trigger);
  }

  const fileWatch = createFileWatch({ clock, onChange: () => void reload('file') });
  let isWatching = load !== null && started.config.server.watchConfig;
  const watch = (files: readonly string[]): void => {
    void fileWatch.setFiles(isWatching ? files : []);
  };
  watch(started.files);
  onRequest(() => void reload('signal'));

  return {
    attach: ({ reconfigure, configurationMetrics: metrics }) => {
      metrics.configLoaded(clock.now());
      reloader = createReloader({
        load,
        clock,
        logger,
        metrics,
        apply: reconfigure,
        onLoaded: (loaded) => {
          if (loaded.ok) isWatching = loaded.config.server.watchConfig;
          watch(loaded.files);
        },
      });
      attached.resolve(reloader);
    },
    status: () => reloader?.status() ?? {},
  };
}
