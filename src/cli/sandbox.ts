import { parseArgs } from 'node:util';
import { systemClock } from '../domain/clock.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import { startSandbox } from '../sandbox/start-sandbox.ts';
import { formatSandboxHints } from '../sandbox/usage-hints.ts';
import { vendors } from '../vendors/index.ts';

const DEFAULT_BASE_PORT = '4101';

const USAGE = `npm run sandbox [-- --port PORT]
PORT is the first of ${vendors.length} consecutive ports, or 0 for free ports; default: SANDBOX_PORT, or ${DEFAULT_BASE_PORT}`;

/** Parses the port of the command line or the environment; null where it is invalid. */
function parseBasePort(): number | null {
  try {
    const { port = process.env.SANDBOX_PORT ?? DEFAULT_BASE_PORT } = parseArgs({
      options: { port: { type: 'string' } },
    }).values;
    return /^\d+$/.test(port) && Number(port) <= 65_536 - vendors.length ? Number(port) : null;
  } catch {
    return null;
  }
}

const basePort = parseBasePort();
if (basePort === null) {
  console.error(USAGE);
  process.exit(1);
}

const sandbox = await startSandbox({
  clock: systemClock,
  fakes: Object.fromEntries(vendors.map(({ key, createFakeVendor: createFake }) => [key, createFake])),
  ports: Object.fromEntries(vendors.map(({ key }, index) => [key, basePort === 0 ? 0 : basePort + index])),
}).catch((error: unknown) => {
  console.error(`The sandbox cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});

process.stdout.write(formatSandboxConfig(sandbox.config));

console.error(`${formatSandboxHints(sandbox.addresses)}
Standard output is the configuration of a gateway for these vendors. Save it to a file and pass that file:

  npm run -s sandbox > sandbox.yaml &
  SWITCHBOARD_CONFIG=sandbox.yaml npm start`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop());
