import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { startRedisServer } from '../../../test/support/redis-server.ts';
import { describeMachine } from '../../machine.ts';
import { type CheckContext } from './checks/answer.ts';
import { createFigures, runLookups, runReports, runWallboard, type Target, waitUntilComplete } from './clients.ts';
import { runEpisodes, shiftAt } from './director.ts';
import { createEpisodeLog, type EpisodeLog } from './episodes.ts';
import { scanLog } from './log-scan.ts';
import { type MemorySample, readCachedMb } from './memory.ts';
import { type GatewayProcess, type SandboxYaml, startGatewayProcess, startSandboxProcess } from './processes.ts';
import { type FleetRun, printReport, summarize } from './report.ts';
import { createPing, showsOpenCircuit, wasSlow, watchVendor } from './slow-sandbox.ts';
import { createTimeline } from './timeline.ts';
import { type CountedCall, REDIS_SLOW } from './vendor-calls.ts';
import type { Violation } from './violations.ts';

const FLEET = ['a', 'b', 'c'];
const TTL_SECONDS = { statusLive: 15, interactions: 10, directory: 30 };
const STALE_IF_ERROR_SECONDS = 30;
/** An attempt, two retries and the queue of an account. A timeout is not retried. */
const MAX_FETCH_MS = 12_000;
/** How long after its end a fault may be visible: a circuit stays open for at most 72 s, and an answer lives for its TTL. */
const RECOVERY_MS = 75_000 + TTL_SECONDS.statusLive * 1000;
const START_TIMEOUT_MS = 120_000;
const MEASURE_INTERVAL_MS = 15_000;
const DEFAULT_OUTPUT = new URL('../../results/soak-fleet.json', import.meta.url).pathname;

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '6' },
    out: { type: 'string', default: DEFAULT_OUTPUT },
    keep: { type: 'boolean', default: false },
  },
});
const minutes = Math.min(Math.max(Number(values.minutes) || 6, 1), 60);

function progress(step: string): void {
  process.stderr.write(`  … ${Math.round((Date.now() - startedAt) / 1000)} s  ${step}\n`);
}

/** The sandbox's configuration, adapted so that minutes show what otherwise takes hours. */
function writeConfig(file: string, { accounts, agents, teams }: SandboxYaml, cacheUrl?: string): string {
  const config = {
    server: { lameDuckSeconds: 0 },
    cache: { ttl: TTL_SECONDS, staleIfErrorSeconds: STALE_IF_ERROR_SECONDS, ...(cacheUrl && { url: cacheUrl }) },
    accounts,
    agents,
    teams,
  };
  writeFileSync(file, stringify(config));
  return file;
}

function toContext(log: EpisodeLog, sandbox: string, { accounts }: SandboxYaml): CheckContext {
  const vendorOf = new Map(accounts.map(({ name, vendor }) => [name, vendor]));
  return {
    timeline,
    isAffected: (account, from, to) => {
      const vendor = vendorOf.get(account) ?? '';
      return log.affecting(vendor, from, to, RECOVERY_MS).length > 0 || wasSlow(log, { sandbox, vendor }, from, to);
    },
    secrets: accounts.flatMap((account) =>
      Object.entries(account).flatMap(([key, value]) => (/secret|token$|accountKey/i.test(key) ? String(value) : [])),
    ),
    ttlMs: { statuses: TTL_SECONDS.statusLive * 1000, interactions: TTL_SECONDS.interactions * 1000 },
    staleIfErrorMs: STALE_IF_ERROR_SECONDS * 1000,
    maxFetchMs: MAX_FETCH_MS,
  };
}

async function listCalls({ accounts }: SandboxYaml): Promise<readonly CountedCall[]> {
  // Accounts of one vendor share a server.
  const servers = new Map(accounts.map(({ vendor, baseUrl }) => [baseUrl, vendor]));
  const lists = await Promise.all(
    [...servers].map(async ([baseUrl, vendor]) => {
      const response = await fetch(`${baseUrl}/__sandbox/calls`);
      const { calls } = (await response.json()) as { readonly calls: readonly { readonly at: number }[] };
      return calls.map(({ at }) => ({ vendor, at }));
    }),
  );
  return lists.flat();
}

async function measureUntilEnd(gateways: readonly GatewayProcess[], samples: Map<string, MemorySample[]>) {
  while (isRunning) {
    for (const gateway of gateways) {
      const cachedMb = readCachedMb(await gateway.readMetrics());
      const sample = { at: Date.now(), cachedMb, ...(await gateway.measure()) };
      samples.set(gateway.name, [...(samples.get(gateway.name) ?? []), sample]);
    }
    await sleep(MEASURE_INTERVAL_MS);
  }
}

/** Records when each vendor of a sandbox is slow, and has an effect on its gateways. */
function watchVendors(sandbox: string, { accounts }: SandboxYaml, clients: readonly GatewayProcess[]) {
  return accounts.map(async (account) => {
    const hasOpenCircuit = async () =>
      showsOpenCircuit(await Promise.all(clients.map((gateway) => gateway.readMetrics())), account.name);
    await watchVendor({ sandbox, account }, { ping: createPing(account), hasOpenCircuit }, log, () => isRunning);
  });
}

const startedAt = Date.now();
const timeline = createTimeline(startedAt, startedAt + (minutes + 10) * 60_000);
const machine = describeMachine();
const folder = mkdtempSync(join(tmpdir(), 'switchboard-soak-'));
const log = createEpisodeLog(() => Date.now());
const violations: Violation[] = [];
const faultsSeen: { account: string; at: number }[] = [];
let isRunning = true;

progress('starting two sandboxes, Redis, a fleet of three and a single gateway');
const redis = await startRedisServer();
const [fleetSandbox, singleSandbox] = await Promise.all(
  ['fleet', 'single'].map((name) => startSandboxProcess(folder, `sandbox-${name}`)),
);
if (!fleetSandbox || !singleSandbox) throw new Error('the sandboxes did not start');
const fleetConfig = writeConfig(join(folder, 'fleet.yaml'), fleetSandbox.config, redis.url);
const singleConfig = writeConfig(join(folder, 'single.yaml'), singleSandbox.config);
const [fleet, single] = await Promise.all([
  Promise.all(
    FLEET.map((name, index) =>
      startGatewayProcess({ name, folder, configFile: fleetConfig, shiftMs: shiftAt('start', index) }),
    ),
  ),
  startGatewayProcess({ name: 'single', folder, configFile: singleConfig, shiftMs: 0 }),
]);
const gateways = [...fleet, single];

/** One target for each client: the single gateway serves as many clients as the fleet. */
function createTargets(clients: readonly GatewayProcess[], sandbox: string, config: SandboxYaml): readonly Target[] {
  const shared = {
    context: toContext(log, sandbox, config),
    isRunning: () => isRunning,
    knownIds: [],
    onFaultSeen: (account: string, at: number) => faultsSeen.push({ account, at }),
    onViolation: (violation: Violation) => violations.push(violation),
  };
  return clients.map((gateway) => ({ ...shared, gateway, figures: createFigures() }));
}
const fleetTargets = createTargets(fleet, 'fleet', fleetSandbox.config);
const singleTargets = createTargets(
  FLEET.map(() => single),
  'single',
  singleSandbox.config,
);
const targets = [...fleetTargets, ...singleTargets];
for (const target of targets) {
  if (!(await waitUntilComplete(target, START_TIMEOUT_MS)))
    violations.push({ check: 'agents missing at the start', gateway: target.gateway.name, at: Date.now(), detail: '' });
}
const koreAccount = fleetSandbox.config.accounts.find(({ vendor }) => vendor === 'kore')?.name ?? '';
const samples = new Map<string, MemorySample[]>();
const clients = [
  ...targets.map(runWallboard),
  ...targets.map(runLookups),
  runReports(fleetTargets, koreAccount),
  runReports(singleTargets, koreAccount),
  measureUntilEnd(gateways, samples),
  ...watchVendors('fleet', fleetSandbox.config, fleet),
  ...watchVendors('single', singleSandbox.config, [single]),
];
const runStartedAt = Date.now();
await runEpisodes(
  { sandboxes: [fleetSandbox.config, singleSandbox.config], redis, gateways: fleet, log, progress },
  minutes * 60_000,
);
isRunning = false;
await Promise.all(clients);
const calls = { fleet: await listCalls(fleetSandbox.config), single: await listCalls(singleSandbox.config) };
progress('stopping');
const exitCodes = new Map<string, number | null>();
for (const gateway of gateways) exitCodes.set(gateway.name, await gateway.stop());
await Promise.all([fleetSandbox.stop(), singleSandbox.stop(), redis.kill()]);

const run: FleetRun = {
  runStartedAt,
  minutes,
  machine,
  targets: targets.map(({ gateway, figures }) => ({ gateway: gateway.name, figures })),
  samples,
  exitCodes,
  calls,
  spans: log.spans(),
  withoutRedis: fleet.flatMap((gateway, index) =>
    scanLog(gateway.logFile, []).withoutRedis.map(({ from, to }) => ({
      target: REDIS_SLOW,
      name: gateway.name,
      from: toRealTime(gateway, index, from),
      to: toRealTime(gateway, index, to),
    })),
  ),
  accounts: fleetSandbox.config.accounts.map(({ name, vendor }) => ({ name, vendor })),
  faultsSeen,
  violations,
  logs: gateways.map(({ name, logFile }) => ({
    gateway: name,
    ...scanLog(logFile, toContext(log, 'fleet', fleetSandbox.config).secrets),
  })),
  ttlMs: { statuses: TTL_SECONDS.statusLive * 1000, interactions: TTL_SECONDS.interactions * 1000 },
};
/** Logs are written by the gateway's wall clock, which was set once. */
function toRealTime(gateway: GatewayProcess, index: number, at: number): number {
  const beforeSet = at - shiftAt('start', index);
  return beforeSet < gateway.shiftedAt() ? beforeSet : at - shiftAt('set', index);
}

const summary = summarize(run);
printReport(summary);
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify(summary, null, 2)}\n`);
console.log(`Written to ${values.out}`);
if (values.keep) console.log(`Configurations and logs are kept in ${folder}`);
else rmSync(folder, { recursive: true });
process.exitCode = summary.violations.length === 0 ? 0 : 1;
