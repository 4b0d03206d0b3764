import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp, type Reconfiguration } from '../../src/composition/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Clock, Instant } from '../../src/domain/clock.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { ReceivedCall } from '../../src/sandbox/call-log.ts';
import type { FakeVendorServer } from '../../src/sandbox/fake-vendor-server.ts';
import { formatSandboxConfig, type SandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { Company } from '../../src/vendors/sandbox.ts';
import { steppedClock } from './clock.ts';

/** The vendors of the end-to-end tests. A new vendor gets tests of its own, so that it does not change these. */
const E2E_VENDORS = ['avaamo', 'kore', 'liveperson', 'vonage'] as const;
/** The time of the end-to-end tests: a Friday morning in Europe. */
export const NOW: Instant = Date.parse('2026-11-20T09:30:00Z');

export type E2EVendorKey = (typeof E2E_VENDORS)[number];

/** A gateway's response over HTTP. */
export interface GatewayResponse<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data;
  readonly errors?: readonly GatewayError[];
  readonly extensions?: { readonly switchboard?: { readonly vendorCalls?: readonly TracedCall[] } };
}

export interface GatewayError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>;
}

export interface TracedCall {
  readonly account: string;
  readonly endpoint: string;
  readonly outcome: string;
  readonly servedFrom: 'VENDOR' | 'CACHE';
  readonly keys: number;
}

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  /** Returns its complete log, at every level. */
  readonly logs: () => string;
  readonly query: <Data = Record<string, never>>(
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<GatewayResponse<Data>>;
  /** Changes its configuration while it runs; rejects where it is stopped before. */
  readonly reconfigure: (change: (config: RawConfig) => RawConfig) => Promise<Reconfiguration>;
  readonly stop: () => Promise<void>;
}

/** The environment of the end-to-end tests: fake vendors and gateways that call them, over real sockets. */
export interface World {
  readonly vendors: Readonly<Record<E2EVendorKey, FakeVendorServer>>;
  readonly config: SandboxConfig;
  /** Starts a gateway with an empty cache, configured for the fakes; `change` adapts the configuration. */
  readonly startGateway: (change?: (config: RawConfig) => RawConfig) => Promise<Gateway>;
  /** Returns and clears the calls that the vendors received, by vendor, as `method path-without-query`. */
  readonly calls: () => Readonly<Record<E2EVendorKey, readonly string[]>>;
  readonly stop: () => Promise<void>;
}

export type RawConfig = Readonly<Record<string, unknown>> & SandboxConfig;

/**
 * Starts the world. The default clock stands still, so that two queries about the current time get the same data. The company is
 * the sandbox's own, unless another is given.
 */
export async function startWorld(clock: Clock = steppedClock(NOW), company?: Company): Promise<World> {
  const e2eVendors = vendors.filter(({ key }) => (E2E_VENDORS as readonly string[]).includes(key));
  const fakes = Object.fromEntries(e2eVendors.map(({ key, createFakeVendor }) => [key, createFakeVendor]));
  const sandbox = await startSandbox({ clock, fakes, ...(company && { company }) });
  const servers = sandbox.servers as Record<E2EVendorKey, FakeVendorServer>;
  const running: Gateway[] = [];

  return {
    vendors: servers,
    config: sandbox.config,
    async startGateway(change = (config) => config) {
      const gateway = await startGateway(withPatience(sandbox.config), change, clock);
      running.push(gateway);
      return gateway;
    },
    calls: () =>
      mapValues(servers, (server) => {
        const calls = server.calls().map(({ method, path }: ReceivedCall) => `${method} ${path.replace(/\?.*/, '')}`);
        server.clearCalls();
        return calls;
      }),
    async stop() {
      await Promise.all(running.map((gateway) => gateway.stop()));
      await sandbox.stop();
    },
  };
}

/** On a busy machine, connecting and discoveries take longer than the gateway waits for them by default. */
function withPatience(config: SandboxConfig): RawConfig {
  return {
    ...config,
    accounts: config.accounts.map((account) => ({
      ...account,
      connectTimeoutMs: 600_000,
      ...(['kore', 'liveperson'].includes(String(account.vendor)) && { discoverTimeoutMs: 30_000 }),
    })),
  };
}

/** `OPTIMISATIONS=off` runs the tests without all that only makes answers faster. */
const performance =
  process.env.OPTIMISATIONS === 'off'
    ? {
        responseCacheBytes: 0,
        executor: 'standard',
        objectTextBytes: 0,
        documentCacheBytes: 0,
        synchronousReads: false,
      }
    : {};

/** Loads a configuration as the gateway would from a file, with a free local port. */
function parseRawConfig(raw: RawConfig): Config {
  const text = formatSandboxConfig({ performance, ...raw } as RawConfig);
  const loaded = loadConfig({ text, file: 'test', env: { PORT: '0' }, vendors });
  if (!loaded.ok) throw new Error(loaded.errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded.config;
}

async function startGateway(raw: RawConfig, change: (config: RawConfig) => RawConfig, clock: Clock): Promise<Gateway> {
  const config = parseRawConfig(change(raw));
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } });
  const app = await createApp({ config, clock, logger, isClockShared: true });
  const url = await app.server.listen();
  app.server.ready();
  return {
    url,
    logs: () => lines.join(''),
    async query(query, variables = {}, headers = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = (await response.json()) as Omit<GatewayResponse<never>, 'status' | 'headers'>;
      return { status: response.status, headers: response.headers, ...body };
    },
    async reconfigure(nextChange) {
      const changed = await app.reconfigure(parseRawConfig(nextChange(raw)));
      if (!changed) throw new Error('the gateway has been stopped');
      return changed;
    },
    async stop() {
      await app.server.drain(0);
      await app.close();
    },
  };
}

function mapValues<Key extends string, From, To>(
  from: Readonly<Record<Key, From>>,
  map: (value: From) => To,
): Readonly<Record<Key, To>> {
  return Object.fromEntries(Object.entries<From>(from).map(([key, value]) => [key, map(value)])) as Record<Key, To>;
}

/** Counts the occurrences of each item. */
export function countOccurrences(list: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of list) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

/** Returns the last `hours` hours as a TimeRange variable. */
export function lastHours(hours: number, now = NOW): { readonly from: string; readonly to: string } {
  return { from: new Date(now - hours * 3_600_000).toISOString(), to: new Date(now).toISOString() };
}

/** Reads the query of an end-to-end test, `query.graphql` in its folder. */
export function readQuery(folder: string): string {
  return readFileSync(join(folder, 'query.graphql'), 'utf8');
}
