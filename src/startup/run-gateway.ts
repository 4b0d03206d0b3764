import { setImmediate } from 'node:timers/promises';
import { createApp, loadStartupConfig } from '../composition/app.ts';
import { formatConfigError } from '../config/config-error.ts';
import { systemClock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { createLogger } from '../observability/logger.ts';
import { createStdoutSink } from '../observability/log-sink.ts';
import { installSignalHandlers } from '../server/shutdown.ts';

/** Runs the gateway that the environment describes, until the process ends; `begun` is told when it serves. */
export async function runGateway(startupComplete: () => void): Promise<void> {
  const clock = systemClock;
  const startupConfig = await loadStartupConfig(process.env, process.cwd(), clock);

  if (!startupConfig.ok) {
    for (const error of startupConfig.errors) process.stderr.write(`${formatConfigError(error)}\n`);
    process.exit(1);
  }

  const output = createStdoutSink();
  const logger = createLogger({ destination: output });
  const { config, sandbox } = startupConfig;
  const app = await createApp({ config, clock, logger, collectProcessMetrics: true });
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
  // What has been asked of the process meanwhile is heard now: all so far may have run without a pause.
  await setImmediate();
  const url = await app.server.listen();
  startupComplete();
  app.server.ready();

  logger.info({ url, accounts: config.accounts.length, agents: config.agents.length }, 'serving');
  process.stderr.write(`
Switchboard is ready${sandbox ? ', with the vendor sandbox (nothing is configured)' : ''}.

  GraphiQL   ${url}/graphiql
  GraphQL    ${url}/graphql
  Schema     ${url}/schema.graphql
  Health     ${url}/healthz   ${url}/readyz   ${url}/metrics

`);
}
