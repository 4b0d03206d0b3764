import { setImmediate } from 'node:timers/promises';
import { formatConfigError, formatConfigWarning } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createStdoutSink } from '../observability/log-sink.ts';
import { createLogger, type LevelledLogger } from '../observability/logger.ts';
import type { Server } from '../server/server.ts';
import { installSignalHandlers } from '../server/shutdown.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';
import { formatBanner } from './banner.ts';
import { loadStartupConfig } from './config.ts';
import { describeListenError } from './listen-error.ts';
import { parseLogLevel } from './log-level.ts';

interface GatewayApp {
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
    readonly lostLogLines: () => number;
  }) => Promise<GatewayApp>;
  readonly vendors: readonly VendorAdapter[];
  /** Called once the gateway serves. */
  readonly startupComplete: () => void;
}

/**
 * Starts the gateway that the environment configures and installs its signal handlers. A configuration error, or an address
 * that cannot be listened on, is reported on standard error and ends the process with exit status 1.
 */
export async function startGateway({ createApp, vendors, startupComplete }: StartGatewayOptions): Promise<void> {
  const clock = systemClock;
  const { level, errors } = parseLogLevel(process.env);
  const startupConfig = await loadStartupConfig({ env: process.env, folder: process.cwd(), clock, vendors });
  if (!startupConfig.ok || errors.length > 0) {
    const configErrors = startupConfig.ok ? errors : [...errors, ...startupConfig.errors];
    exitWithError(configErrors.map(formatConfigError));
  }

  const { config, sandbox, warnings } = startupConfig;
  for (const warning of warnings) process.stderr.write(`${formatConfigWarning(warning)}\n`);
  const output = createStdoutSink();
  const logger = createLogger({ level, destination: output });
  const app = await createApp({ config, clock, logger, collectProcessMetrics: true, lostLogLines: output.lostLines });
  installSignalHandlers({
    process,
    server: app.server,
    logger,
    clock,
    lameDuckMs: config.server.lameDuckSeconds * SECOND,
    drainMs: config.server.drainSeconds * SECOND,
    close: async () => {
      await Promise.allSettled([app.close(), sandbox?.stop()]);
      await output.flush();
    },
  });
  // Signals received so far are handled now: start-up may have run without a pause until here.
  await setImmediate();
  const url = await app.server.listen().catch((error: unknown) => {
    const description = describeListenError(error, config.server);
    if (description === null) throw error;
    return exitWithError([description]);
  });
  startupComplete();
  logger.info({ url, accounts: config.accounts.length, agents: config.agents.length }, 'serving');
  // Until then agents of a healthy account would be missing from answers. A vendor that is down delays it, but never prevents it.
  await app.askAccounts();
  app.server.ready();
  process.stderr.write(formatBanner(url, sandbox !== null));
}

function exitWithError(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}
