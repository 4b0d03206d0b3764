import { setTimeout } from 'node:timers/promises';
import { redisNamespace } from '../../src/cache/redis-keys.ts';
import { createApp } from '../../src/composition/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { FakeVendorServer } from '../../src/sandbox/fake-vendor-server.ts';
import { formatSandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { Company } from '../../src/vendors/sandbox.ts';
import { sendRedisCommand } from '../../test/support/redis-server.ts';
import { watchRequestsTo } from '../../test/support/requests-in-flight.ts';
import { type BenchClock, createBenchClock } from './clock.ts';
import { createBigCompany } from './company.ts';

/** A Friday morning, when all agents are at work. */
export const NOW = Date.parse('2026-11-20T09:30:00Z');
export const AGENTS = 200;

export type VendorKey = 'kore' | 'liveperson' | 'vonage';

/** Fake vendors of a company of 200 agents, gateways that call them over real sockets, and a manual clock. */
export interface World {
  readonly clock: BenchClock;
  readonly company: Company;
  readonly config: Config;
  readonly gateways: readonly QueryGateway[];
  /** Waits for background work after a response, for which real time would leave seconds: calls, timers, writes. */
  readonly waitUntilIdle: () => Promise<void>;
  /** Returns the total calls that the vendors received. */
  readonly calls: () => Calls;
  readonly stop: () => Promise<void>;
}

/** Sends a query to a gateway; rejects if the response has errors. */
export type QueryGateway = <Data>(document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;

/** In real time. */
const REDIS_POLL_MS = 20;

/** The number of consecutive idle checks, and their interval in real time, after which the world counts as idle. */
const IDLE_CHECKS = { times: 4, intervalMs: 4 };

/** In real time; far longer than any background work takes, so that a timer that comes again and again is an error and not an endless wait. */
const MAX_WORK_MS = 120_000;

/** Token requests included. */
export type Calls = Readonly<Partial<Record<VendorKey, number>>>;

export interface WorldOptions {
  readonly vendors: readonly VendorKey[];
  readonly gateways?: number;
  /** The number of clients, if it exceeds that of the gateways. */
  readonly clients?: number;
  /** A Redis for all gateways. */
  readonly cacheUrl?: string;
}

export async function startWorld({
  vendors: keys,
  gateways = 1,
  clients = gateways,
  cacheUrl,
}: WorldOptions): Promise<World> {
  const clock = createBenchClock(NOW);
  const company = createBigCompany(clock, AGENTS);
  const selected = vendors.filter(({ key }) => (keys as readonly string[]).includes(key));
  const fakes = Object.fromEntries(selected.map(({ key, createFakeVendor }) => [key, createFakeVendor]));
  const sandbox = await startSandbox({ clock, company, fakes });
  const raw = {
    ...sandbox.config,
    // A simulated hour takes about a minute, so the real rate limits do not apply.
    accounts: sandbox.config.accounts.map(({ requestsPerMinute: _, ...account }) => account),
    ...(cacheUrl !== undefined && { cache: { url: cacheUrl } }),
  };
  const loaded = loadConfig({ text: formatSandboxConfig(raw), file: 'the bench', env: { PORT: '0' }, vendors });
  if (!loaded.ok) throw new Error(loaded.errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const { config } = loaded;
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const apps = await Promise.all(
    Array.from({ length: gateways }, () => createApp({ config, clock, logger, isClockShared: true })),
  );
  const urls = await Promise.all(apps.map(({ server }) => server.listen()));
  for (const { server } of apps) server.ready();

  const requests = watchRequestsTo(Object.values(sandbox.servers).map(({ url }) => url));
  const callCounts = new Map(keys.map((key) => [key, 0]));
  /** Collects the calls regularly, because the vendors' logs are bounded. */
  const collectCalls = (): number => {
    let newCalls = 0;
    for (const [key, server] of Object.entries(sandbox.servers) as [VendorKey, FakeVendorServer][]) {
      const count = server.calls().length;
      server.clearCalls();
      callCounts.set(key, (callCounts.get(key) ?? 0) + count);
      newCalls += count;
    }
    return newCalls;
  };
  // A gateway works without Redis until it is connected; then it announces itself there.
  if (cacheUrl !== undefined) await waitForAnnouncements(cacheUrl, gateways);

  return {
    clock,
    company,
    config,
    gateways: Array.from({ length: clients }, (_, nth) => createGatewayClient(urls[nth % urls.length] ?? '')),
    waitUntilIdle: async () => {
      const deadline = performance.now() + MAX_WORK_MS;
      for (let idleChecks = 0; idleChecks < IDLE_CHECKS.times;) {
        if (performance.now() > deadline)
          throw new Error(`never idle: ${requests.count()} requests, ${clock.shortWaits()} short timers`);
        await setTimeout(IDLE_CHECKS.intervalMs);
        const isIdle = collectCalls() === 0 && requests.count() === 0 && clock.shortWaits() === 0;
        idleChecks = isIdle ? idleChecks + 1 : 0;
      }
    },
    calls: () => {
      collectCalls();
      return Object.fromEntries(callCounts);
    },
    stop: async () => {
      requests.stop();
      await Promise.all(apps.map(({ server }) => server.drain(0)));
      await Promise.all([...apps.map((app) => app.close()), sandbox.stop()]);
    },
  };
}

async function waitForAnnouncements(cacheUrl: string, gateways: number): Promise<void> {
  const { port } = new URL(cacheUrl);
  const count = () => sendRedisCommand(Number(port), ['ZCARD', `${redisNamespace('fleet')}::processes`]);
  while ((await count()) !== `:${gateways}\r\n`) await setTimeout(REDIS_POLL_MS);
}

function createGatewayClient(url: string): QueryGateway {
  return async <Data>(query: string, variables = {}): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { readonly data: Data; readonly errors?: readonly unknown[] };
    if (errors) throw new Error(`the gateway returned errors: ${JSON.stringify(errors[0])}`);
    return data;
  };
}
