import { setImmediate } from 'node:timers/promises';
import { formatConfigError, formatConfigWarning } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { once } from '../domain/once.ts';
import { SECOND } from '../domain/time.ts';
import { createStdoutSink } from '../observability/log-sink.ts';
import { createLogger, type LevelledLogger } from '../observability/logger.ts';
import type { MetricsPeers } from '../observability/metrics.ts';
import type { Server } from '../server/server.ts';
import { installSignalHandlers, type ProcessLike } from '../server/shutdown.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';
import { formatBanner } from './banner.ts';
import { loadStartupConfig, reloadConfig } from './config.ts';
import { describeListenError } from './listen-error.ts';
import { parseLogLevel } from './log-level.ts';
import { createConfigReload, type ReloadableApp } from './reload/config-reload.ts';
import type { WorkerLink } from './workers/worker-link.ts';

interface GatewayApp extends ReloadableApp {
  /** The configuration that is in force. */
  readonly config: () => Config;
  readonly server: Server;
  /** Resolves once the gateway knows the agents of every account that could be asked in time. */
  readonly askAccounts: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StartGatewayOptions {
  /** Creates the app to serve; composition's, which this layer does not import. */
  readonly createApp: (options: {
    readonly config: Config;
    readonly clock: Clock;
    readonly logger: LevelledLogger;
    readonly collectProcessMetrics: boolean;
    readonly metricsPeers: MetricsPeers | undefined;
    readonly lostLogLines: () => number;
    readonly readinessDetail: () => object;
  }) => Promise<GatewayApp>;
  readonly vendors: readonly VendorAdapter[];
  /** Called once the gateway serves. */
  readonly startupComplete: () => void;
}

/**
 * Starts the gateway that the environment configures, or its workers, and installs the signal handlers. A configuration error, or an address
 * that cannot be listened on, is reported on standard error and ends the process with exit status 1.
 */
export async function startGateway({ createApp, vendors, startupComplete }: StartGatewayOptions): Promise<void> {
  const clock = systemClock;
  const { level, errors } = parseLogLevel(process.env);
  const sources = { env: process.env, folder: process.cwd(), clock, vendors };
  const startupConfig = await loadStartupConfig(sources);
  if (!startupConfig.ok || errors.length > 0) {
    const configErrors = startupConfig.ok ? errors : [...errors, ...startupConfig.errors];
    exitWithError(configErrors.map(formatConfigError));
  }

  // Only a process with a parent that it can talk to may be a worker; loading what finds out takes a while.
  const link = process.send ? (await import('./workers/cluster.ts')).connectToPrimary() : null;
  const { config, sandbox, warnings } = startupConfig;
  // Workers load the same configuration.
  if (!link) for (const warning of warnings) process.stderr.write(`${formatConfigWarning(warning)}\n`);
  const output = createStdoutSink();
  const logger = createLogger({ level, destination: output });
  const printBanner = (url: string) => process.stderr.write(formatBanner(url, sandbox?.addresses ?? null));
  const { workers = 1 } = config.server;
  if (workers > 1 && !link) {
    const { startWorkers } = await import('./workers/start-workers.ts');
    startWorkers({ count: workers, clock, logger, output, startupComplete, onReady: printBanner });
    return;
  }

  const configReload = createConfigReload({
    load: sandbox ? null : () => reloadConfig(sources),
    started: startupConfig,
    onRequest: (listener) => {
      onReloadRequest(link, listener);
    },
    clock,
    logger,
  });
  const app = await createApp({
    config,
    clock,
    logger,
    collectProcessMetrics: true,
    metricsPeers: link ?? undefined,
    lostLogLines: output.lostLines,
    readinessDetail: configReload.status,
  });
  configReload.attach(app);
  installSignalHandlers({
    process: link ? processOfWorker(link) : process,
    server: app.server,
    logger,
    clock,
    lameDuckMs: () => app.config().server.lameDuckSeconds * SECOND,
    drainMs: () => app.config().server.drainSeconds * SECOND,
    close: async () => {
      await Promise.allSettled([app.close(), sandbox?.stop()]);
      await output.flush();
    },
  });
  // From now on errors are logged. The log finds their sources by itself; the first use of Node's source maps would hold the event loop.
  process.setSourceMapsEnabled(false);
  // Signals received so far are handled now: start-up may have run without a pause until here.
  await setImmediate();
  // Until then agents of a healthy account would be missing from answers. A vendor that is down delays it, but never prevents it.
  const isReady = once(() => app.askAccounts());
  if (config.server.listenWhenReady || link?.listensAtOnce === false) await isReady();
  const url = await app.server.listen().catch((error: unknown) => {
    const description = describeListenError(error, config.server);
    if (description === null) throw error;
    return exitWithError([description]);
  });
  startupComplete();
  logger.info(
    { url, accounts: config.accounts.length, agents: config.agents.length, ...(link && { pid: process.pid }) },
    'serving',
  );
  await isReady();
  await link?.ready(url);
  app.server.ready();
  if (!link) printBanner(url);
}

/** The process of a worker. Signals are those of the primary: a terminal, or systemd, sends them to the workers as well. */
function processOfWorker(link: WorkerLink): ProcessLike {
  return {
    on: (event, listener) => {
      if (event !== 'SIGTERM' && event !== 'SIGINT') return process.on(event, listener);
      process.on(event, () => undefined);
      link.onSignal(event, () => {
        listener(undefined);
      });
      return process;
    },
    exit: (code) => process.exit(code),
  };
}

/** SIGHUP, by custom. A worker hears it from its primary: a terminal, or systemd, may send it to the workers as well. */
function onReloadRequest(link: WorkerLink | null, listener: () => void): void {
  if (link) {
    process.on('SIGHUP', () => undefined);
    link.onReload(listener);
  } else process.on('SIGHUP', listener);
}

function exitWithError(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}
