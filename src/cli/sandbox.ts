import { systemClock } from '../domain/clock.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import { startSandbox } from '../sandbox/start-sandbox.ts';
import { formatSandboxHints } from '../sandbox/usage-hints.ts';
import { vendors } from '../vendors/index.ts';
import { defineCommand } from './command.ts';
import { CommandError, EXIT_STATUS, UsageError } from './exit-status.ts';

const DEFAULT_BASE_PORT = '4101';

export const sandboxCommand = defineCommand({
  name: 'sandbox',
  usage: '[--port PORT]',
  description: `Runs the fake vendors alone, until a signal ends it. Standard output is the configuration of a gateway for them:

  switchboard sandbox > sandbox.yaml &
  switchboard start --config sandbox.yaml`,
  options: {
    port: {
      type: 'string',
      value: 'PORT',
      help: `the first of ${vendors.length} consecutive ports, or 0 for free ones; default: SANDBOX_PORT, or ${DEFAULT_BASE_PORT}`,
    },
  },
  exitStatus: '0 ended by a signal, 1 a port cannot be listened on, 2 wrong arguments.',
  async run({ values }) {
    const basePort = parseBasePort(values.port ?? process.env.SANDBOX_PORT ?? DEFAULT_BASE_PORT);
    const sandbox = await startSandbox({
      clock: systemClock,
      fakes: Object.fromEntries(vendors.map(({ key, createFakeVendor: createFake }) => [key, createFake])),
      ports: Object.fromEntries(vendors.map(({ key }, index) => [key, basePort === 0 ? 0 : basePort + index])),
    }).catch((error: unknown) => {
      throw new CommandError(`The sandbox cannot start: ${error instanceof Error ? error.message : String(error)}`);
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop());

    process.stdout.write(formatSandboxConfig(sandbox.config));
    console.error(`${formatSandboxHints(sandbox.addresses)}
Standard output is the configuration of a gateway for these vendors. Save it to a file and pass that file (npx switchboard in a checkout):

  switchboard sandbox > sandbox.yaml &
  switchboard start --config sandbox.yaml`);
    return EXIT_STATUS.ok;
  },
});

function parseBasePort(port: string): number {
  const maxPort = 65_536 - vendors.length;
  if (/^\d+$/.test(port) && Number(port) <= maxPort) return Number(port);
  throw new UsageError(`the port must be a whole number from 0 to ${maxPort}: ${port}`);
}
