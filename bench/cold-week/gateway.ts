import { createApp } from '../../src/composition/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { vendors } from '../../src/vendors/index.ts';
import { watchEventLoop } from '../event-loop.ts';
import { ACCOUNT_ID, agentIds, NOW } from './files.ts';

/** The first message to a gateway process: what it is started with. Every later one requests its usage. */
export interface GatewayOptions {
  readonly vendorUrl: string;
  readonly patterns: boolean;
}

export interface GatewayStarted {
  readonly url: string;
}

export interface ProcessUsage {
  /** User and system time of all threads, those that inflate included. */
  readonly cpuMs: number;
  readonly maxRssBytes: number;
  /** The longest computation without yielding to the event loop since the message before. */
  readonly maxHoldMs: number;
}

async function startGateway({ vendorUrl, patterns }: GatewayOptions): Promise<GatewayStarted> {
  const account = {
    name: 'lp',
    vendor: 'liveperson',
    baseUrl: vendorUrl,
    accountId: ACCOUNT_ID,
    consumerKey: 'bench',
    consumerSecret: 'bench-consumer-secret',
    accessToken: 'bench-access-token',
    accessTokenSecret: 'bench-token-secret',
    discover: false,
    // A machine that others use must not make the vendor look slow.
    timeoutMs: 300_000,
    patterns,
  };
  const text = JSON.stringify({
    accounts: [account],
    agents: agentIds().map((ref) => ({ id: `agent-${ref}`, kind: 'human', accounts: { lp: ref } })),
    limits: { requestTimeoutMs: 600_000 },
  });
  const loaded = loadConfig({ text, file: 'the bench', env: { PORT: '0' }, vendors });
  if (!loaded.ok) throw new Error(loaded.errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const app = await createApp({ config: loaded.config, clock: { ...systemClock, now: () => NOW }, logger });
  const url = await app.server.listen();
  app.server.ready();
  return { url };
}

let stopWatching = watchEventLoop();

function currentUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  const maxHoldMs = stopWatching().maxCpuMs;
  stopWatching = watchEventLoop();
  return { cpuMs: (user + system) / 1000, maxRssBytes: process.resourceUsage().maxRSS * 1024, maxHoldMs };
}

process.once('message', (options: GatewayOptions) => {
  void startGateway(options).then((started) => {
    process.on('message', () => process.send?.(currentUsage()));
    process.send?.(started);
  });
});
// The parent is the only user.
process.once('disconnect', () => {
  process.exit();
});
