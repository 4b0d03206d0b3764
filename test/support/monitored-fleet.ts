import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/domain/clock.ts';
import type { FakeVendorServer } from '../../src/sandbox/fake-vendor-server.ts';
import { formatSandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { vendors } from '../../src/vendors/index.ts';
import { waitUntil } from './cache-harness.ts';
import { type CheckoutGateway, startGatewayFrom } from './checkout-gateway.ts';
import { type EventStreamClient, openEventStream } from './event-stream.ts';
import { findFreePort } from './free-port.ts';
import type { RedisServer } from './redis-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const DAY_MS = 86_400_000;
const CALLER_KEY = 'key-of-a-caller';
/** The key of a scraper: it may read /metrics and nothing else. */
export const METRICS_KEY = 'key-of-prometheus';

/** A gateway in a process of its own, with a sandbox of its own. */
export interface MonitoredGateway {
  readonly url: string;
  readonly scrape: () => Promise<string>;
  /** Sends any request to /graphql; returns its status. */
  readonly post: (body: unknown, headers?: Readonly<Record<string, string>>) => Promise<number>;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

/** Two gateways: one is well, the other has failing vendors, no Redis, too many callers and an error in its configuration. */
export interface MonitoredFleet {
  readonly healthy: MonitoredGateway;
  readonly troubled: MonitoredGateway;
  /** Sends queries to both. Another round asks for other data, so that vendors are called again. */
  readonly sendTraffic: (round: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Process extends MonitoredGateway {
  readonly configFile: string;
  readonly servers: Readonly<Record<string, FakeVendorServer>>;
  readonly stop: () => Promise<void>;
}

function authorization(key: string) {
  return { authorization: `Bearer ${key}` };
}

function toAuth() {
  const toKey = (name: string, key: string, scopes: readonly string[]) => ({
    name,
    sha256: createHash('sha256').update(key).digest('hex'),
    scopes,
  });
  return { apiKeys: [toKey('caller', CALLER_KEY, ['read', 'admin']), toKey('prometheus', METRICS_KEY, ['metrics'])] };
}

async function startProcess(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
  prepare: (servers: Process['servers']) => void = () => undefined,
): Promise<Process> {
  const fakes = Object.fromEntries(vendors.map(({ key, createFakeVendor }) => [key, createFakeVendor]));
  const sandbox = await startSandbox({ clock: systemClock, fakes });
  prepare(sandbox.servers);
  const accounts = sandbox.config.accounts.map((account) => ({ ...account, requestsPerMinute: 6000 }));
  const server = { lameDuckSeconds: 0, drainSeconds: 0 };
  const config = formatSandboxConfig({ ...sandbox.config, accounts, server, auth: toAuth(), ...settings } as never);
  const file = join(folder, `${await findFreePort()}.yaml`);
  await writeFile(file, config);
  const gateway: CheckoutGateway = await startGatewayFrom(ROOT, { SWITCHBOARD_CONFIG: file });
  const send = (path: string, init: RequestInit = {}) => fetch(`${gateway.url}${path}`, init);
  await waitUntil(async () => (await send('/readyz')).ok);
  const scrape = async () => (await send('/metrics', { headers: authorization(METRICS_KEY) })).text();
  // The key is known from now on, so that it works while the address is throttled for wrong ones.
  await scrape();
  return {
    url: gateway.url,
    configFile: file,
    servers: sandbox.servers,
    ...{ fetch: send, scrape },
    async post(body, headers = authorization(CALLER_KEY)) {
      const response = await send('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    },
    async stop() {
      await gateway.stop();
      await sandbox.stop();
    },
  };
}

/** A day for each round, and each of several queries of a round, that no other asks for. */
function dayOf(round: number, nth = 0) {
  const from = new Date(Math.floor(Date.now() / DAY_MS - 2 - round * 20 - nth) * DAY_MS);
  return { from: from.toISOString(), to: new Date(from.getTime() + DAY_MS).toISOString() };
}

function toNow(round: number) {
  return `query Now${round} {
    accounts { name state }
    agents { totalCount nodes { name currentStatus { status } latestInteractions { totalCount } } }
  }`;
}

const PAST = `query Past($during: TimeRange!, $days: DateRange!) {
  agents { nodes { statusPeriods(during: $during) { totalCount } usageStats(during: $days) { current { messagesCount } } } }
}`;
const PERIODS = `query Periods($during: TimeRange!) {
  agents(filter: { account: "kore-main" }) { nodes { statusPeriods(during: $during) { totalCount } } }
}`;

async function sendHealthyTraffic({ post, fetch: send }: MonitoredGateway, round: number): Promise<void> {
  const during = dayOf(round);
  const days = { from: during.from.slice(0, 10), to: during.from.slice(0, 10) };
  for (let nth = 0; nth < 3; nth += 1) await post({ query: toNow(round) });
  await post({ query: PAST, variables: { during, days } });
  // Repeated answers that depend on nothing else are stored.
  for (let nth = 0; nth < 3; nth += 1) await post({ query: `query Names${round} { agents { nodes { name } } }` });
  await send('/readyz');
  await send('/admin/purge', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(CALLER_KEY) },
    body: JSON.stringify({ account: 'kore-main', from: during.from, to: during.to }),
  });
}

/** Vendors fail in different ways, callers use wrong keys and ask for too much, and the configuration has errors. */
async function sendTroubledTraffic({ post, configFile, servers }: Process, round: number): Promise<void> {
  const { kore, vonage } = servers;
  await appendFile(configFile, `error${round}: [\n`);
  vonage?.injectFault({
    path: 'latestInteractions',
    body: {
      interactions: [
        { guid: 'a', start: '2026-01-01T00:00:00Z' },
        { guid: 'b', start: 'no time' },
      ],
    },
    times: 3,
  });
  await post({ query: toNow(round) });
  const askForDay = (nth: number) => post({ query: PERIODS, variables: { during: dayOf(round, nth) } });
  // More at a time than `maxInFlight`: each of them waits for the vendor.
  kore?.injectFault({ delayMs: 500 });
  await Promise.all(Array.from({ length: 12 }, (_, nth) => askForDay(nth)));
  kore?.clearFaults();
  kore?.injectFault({ status: 503 });
  for (let nth = 12; nth < 18; nth += 1) await askForDay(nth);
  for (let nth = 0; nth < 12; nth += 1) await post({}, authorization(`wrong-${nth}`));
  await post({ query: `{ ${Array.from({ length: 40 }, (_, nth) => `a${nth}: __typename`).join(' ')} }` });
}

/** Starts the fleet; both gateways are ready when it resolves. */
export async function startMonitoredFleet(redis: RedisServer): Promise<MonitoredFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'monitored-'));
  const noRedis = `redis://127.0.0.1:${await findFreePort()}`;
  const [healthy, troubled] = await Promise.all([
    startProcess(folder, { cache: { url: redis.url } }),
    startProcess(folder, { cache: { url: noRedis }, limits: { maxInFlight: 4 } }, ({ liveperson }) => {
      liveperson?.injectFault({ retryAfter: 60 });
    }),
  ]);
  const { streams, watch } = createWatcher(healthy.url);
  return {
    healthy,
    troubled,
    async sendTraffic(round) {
      await watch(round);
      await Promise.all([sendHealthyTraffic(healthy, round), sendTroubledTraffic(troubled, round)]);
    },
    async stop() {
      for (const stream of streams) stream.close();
      await Promise.all([healthy.stop(), troubled.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Opens one more subscription in each round. */
function createWatcher(url: string) {
  const streams: EventStreamClient[] = [];
  const watch = async (round: number): Promise<void> => {
    const query = `subscription Live${round} { agents { nodes { currentStatus { status } } } }`;
    const stream = await openEventStream(url, { query }, authorization(CALLER_KEY));
    streams.push(stream);
    await stream.nextResult();
  };
  return { streams, watch };
}
