import { setImmediate } from 'node:timers/promises';
import { createApp, openConfiguration } from './app.ts';
import { describeProblem } from './config/problem.ts';
import { systemClock } from './domain/clock.ts';
import { SECOND } from './domain/time.ts';
import { createLogger } from './observability/logger.ts';
import { standardOutput } from './observability/standard-output.ts';
import { installShutdown } from './server/shutdown.ts';

/** Runs the gateway that the environment describes, until the process ends; `begun` is told when it serves. */
export async function serve(begun: () => void): Promise<void> {
  const clock = systemClock;
  const opened = await openConfiguration(process.env, process.cwd(), clock);

  if (!opened.ok) {
    for (const problem of opened.problems) process.stderr.write(`${describeProblem(problem)}\n`);
    process.exit(1);
  }

  const output = standardOutput();
  const logger = createLogger({ destination: output });
  const { config, sandbox } = opened;
  const app = await createApp({ config, clock, logger, ofProcess: true });
  installShutdown({
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
  begun();
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
