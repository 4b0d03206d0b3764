import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../../src/composition/app.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { exampleVariables } from '../../src/graphiql/example-variables.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { loadStartupConfig } from '../../src/startup/config.ts';
import { vendors } from '../../src/vendors/index.ts';

/**
 * A soak test of one simulated day: the example queries against the sandbox, with injected vendor faults and clients that
 * disconnect. It prints memory, sockets and timers at the start, after each phase and at the end. The exit status is 1 if a
 * response was malformed or a resource was left open.
 */

const MB = 1024 * 1024;
/** Tolerance for garbage that a collection leaves behind. */
const MAX_GROWTH_MB = 15;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    clients: { type: 'string', default: '8' },
    hours: { type: 'string', default: '24' },
  },
});
const seconds = Math.min(Math.max(Number(values.seconds) || 120, 10), 1800);
const hours = Math.min(Math.max(Number(values.hours) || 24, seconds / 3600), 240);
const clients = Math.min(Math.max(Number(values.clients) || 8, 1), 64);

const FAULTS = [
  { kind: 'down' },
  { kind: 'cut' },
  { kind: 'html' },
  { kind: 'malformed' },
  { kind: 'hang' },
  { status: 503 },
  { status: 401 },
  { retryAfter: 1 },
  { retryAfter: 5 },
  { delayMs: 300 },
] as const;

// The date runs much faster than timers: days start, tokens expire and cached values become stale.
const startedAt = Date.now();
const clock: Clock = { ...systemClock, now: () => startedAt + (Date.now() - startedAt) * ((hours * 3600) / seconds) };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Returns the resources that the process holds, after garbage collection. */
async function resourceSnapshot() {
  for (let i = 0; i < 3; i += 1) {
    await sleep(100);
    collectGarbage();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  return {
    'heap MB': Math.round(heapUsed / MB),
    'external MB': Math.round(external / MB),
    'rss MB': Math.round(rss / MB),
    sockets: (resources.TCPSocketWrap ?? 0) + (resources.TLSSocketWrap ?? 0),
    servers: resources.TCPServerWrap ?? 0,
    timers: resources.Timeout ?? 0,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'switchboard-soak-'));
const before = await resourceSnapshot();
const startup = await loadStartupConfig({ env: { PORT: '0' }, folder, clock, vendors });
rmSync(folder, { recursive: true });
if (!startup.ok || !startup.sandbox) throw new Error('the sandbox did not start');
const { sandbox, config } = startup;
const app = await createApp({
  config: {
    ...config,
    accounts: config.accounts.map((account) => ({ ...account, timeoutMs: 1000 })),
  },
  clock,
  logger: createLogger({ level: 'silent', destination: { write: () => undefined } }),
});
const url = await app.server.listen();
app.server.ready();

const examples = new URL('../../examples/queries/', import.meta.url);
const queries = readdirSync(examples)
  .map((name) => readFileSync(new URL(name, examples), 'utf8'))
  .filter((query) => !/^subscription /m.test(query));
const servers = Object.values(sandbox.servers);
type Counts = Record<string, number>;
const responseCounts: Counts = {};
function pickRandom<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}

/** Sends a query and counts its status and error codes. */
async function sendQuery(query: string, counts: Counts, signal = AbortSignal.timeout(60_000)): Promise<void> {
  const count = (outcome: string) => (counts[outcome] = (counts[outcome] ?? 0) + 1);
  const body = JSON.stringify({ query, variables: exampleVariables(clock.now()) });
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal });
    const { errors = [] } = (await response.json()) as { errors?: readonly { extensions: { code: string } }[] };
    count(`status ${response.status}`);
    for (const { extensions } of errors) count(extensions.code);
  } catch (error) {
    count(error instanceof DOMException ? 'aborted' : 'malformed');
  }
}

async function generateLoad(until: number): Promise<void> {
  const runClient = async () => {
    while (performance.now() < until) {
      // One request of ten is aborted before its response.
      const abortSignal = Math.random() < 0.1 ? AbortSignal.timeout(Math.floor(Math.random() * 20)) : undefined;
      await sendQuery(pickRandom(queries), responseCounts, abortSignal);
    }
  };
  await Promise.all(Array.from({ length: clients }, runClient));
}

async function injectFaults(until: number): Promise<void> {
  while (performance.now() < until) {
    const server = pickRandom(servers);
    server.injectFault(pickRandom(FAULTS));
    await sleep(500 + Math.random() * 1000);
    server.clearFaults();
    await sleep(2000 + Math.random() * 4000);
    // The sandbox logs its calls, which is not part of the measurement.
    for (const other of servers) other.clearCalls();
  }
}

/** The run is divided into phases, so that growth can be distinguished from warm-up. */
const PHASES = 5;
const phaseSnapshots: Awaited<ReturnType<typeof resourceSnapshot>>[] = [];
for (let i = 0; i < PHASES; i += 1) {
  const until = performance.now() + (seconds / PHASES) * 1000;
  await Promise.all([generateLoad(until), injectFaults(until)]);
  // Resources of aborted requests are released when the vendors have responded or timed out.
  await sleep(1500);
  phaseSnapshots.push(await resourceSnapshot());
}

/** Longer than a circuit stays open at most (72 s). */
const RECOVERY_MS = 80_000;
const recoveryStart = performance.now();
async function queryEach(): Promise<Counts> {
  await sleep(250);
  const counts: Counts = {};
  for (const query of queries) await sendQuery(query, counts);
  delete counts['status 200'];
  return counts;
}
let remainingErrors = await queryEach();
while (Object.keys(remainingErrors).length > 0 && performance.now() - recoveryStart < RECOVERY_MS)
  remainingErrors = await queryEach();
const recovery = Math.round((performance.now() - recoveryStart) / 1000);

const drained = await app.server.drain(10_000);
await app.close();
await sandbox.stop();
await sleep(500);
const after = await resourceSnapshot();

console.table({
  'before the start': before,
  ...Object.fromEntries(
    phaseSnapshots.map((snapshot, i) => [`after ${Math.round((seconds * (i + 1)) / PHASES)} s`, snapshot]),
  ),
  'after the end': after,
});
console.table(responseCounts);
console.log(`Errors ${recovery} s after the last injected fault:`, remainingErrors);
const malformedResponses = (responseCounts.malformed ?? 0) + (responseCounts.INTERNAL_SERVER_ERROR ?? 0);
const socketsLeft = after.sockets + after.servers - before.sockets - before.servers;
// The first phase fills the caches.
const [, second] = phaseSnapshots;
const last = phaseSnapshots.at(-1);
const growthMb =
  second && last ? last['heap MB'] + last['external MB'] - second['heap MB'] - second['external MB'] : NaN;
const verdicts = {
  'malformed responses': { measured: malformedResponses, max: 0 },
  'memory growth since the second phase, MB': { measured: growthMb, max: MAX_GROWTH_MB },
  'open sockets and servers at the end': { measured: socketsLeft, max: 2 },
  'errors after all vendors have recovered': {
    measured: Object.values(remainingErrors).reduce((a, b) => a + b, 0),
    max: 0,
  },
  'drain timeouts': { measured: drained ? 0 : 1, max: 0 },
};
console.table(verdicts);
process.exitCode = Object.values(verdicts).every(({ measured, max }) => measured <= max) ? 0 : 1;
