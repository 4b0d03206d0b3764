import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp, openConfiguration } from '../src/app.ts';
import { type Clock, systemClock } from '../src/domain/clock.ts';
import { exampleVariables } from '../src/graphiql/example-variables.ts';
import { createLogger } from '../src/observability/logger.ts';

/**
 * A day in little time: the example queries against the sandbox, whose vendors fail in turn, with clients that go away.
 * It prints memory, sockets and timers at the start and the end. Exit status 1 where an answer was not in good form or
 * anything was left open.
 */

const MB = 1024 * 1024;
/** What the garbage collector leaves lying around differs by some. */
const MOST_GROWTH_MB = 15;
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

// Dates go by much faster than it takes to wait: days begin, tokens run out, what is kept gets old.
const began = Date.now();
const clock: Clock = { ...systemClock, now: () => began + (Date.now() - began) * ((hours * 3600) / seconds) };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the process holds, garbage not counted. */
async function holdings() {
  for (let i = 0; i < 3; i += 1) {
    await sleep(100);
    collect();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const one of process.getActiveResourcesInfo()) resources[one] = (resources[one] ?? 0) + 1;
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
const before = await holdings();
const opened = await openConfiguration({ PORT: '0' }, folder, clock);
rmSync(folder, { recursive: true });
if (!opened.ok || !opened.sandbox) throw new Error('the sandbox did not start');
const { sandbox, config } = opened;
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

const examples = new URL('../examples/queries/', import.meta.url);
const queries = readdirSync(examples).map((name) => readFileSync(new URL(name, examples), 'utf8'));
const servers = Object.values(sandbox.servers);
type Counts = Record<string, number>;
const answers: Counts = {};
const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** Asks, and counts what kind of answer comes, with the codes of its errors. */
async function ask(query: string, counts: Counts, signal = AbortSignal.timeout(60_000)): Promise<void> {
  const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);
  const body = JSON.stringify({ query, variables: exampleVariables(clock.now()) });
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal });
    const { errors = [] } = (await response.json()) as { errors?: readonly { extensions: { code: string } }[] };
    count(`status ${response.status}`);
    for (const { extensions } of errors) count(extensions.code);
  } catch (error) {
    count(error instanceof DOMException ? 'gone' : 'broken');
  }
}

async function load(until: number): Promise<void> {
  const one = async () => {
    while (performance.now() < until) {
      // One client of ten goes away before it can have its answer.
      const impatient = Math.random() < 0.1 ? AbortSignal.timeout(Math.floor(Math.random() * 20)) : undefined;
      await ask(any(queries), answers, impatient);
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
}

async function mischief(until: number): Promise<void> {
  while (performance.now() < until) {
    const server = any(servers);
    server.fault(any(FAULTS));
    await sleep(500 + Math.random() * 1000);
    server.clearFaults();
    await sleep(2000 + Math.random() * 4000);
    // The sandbox remembers its calls, which is not what is measured.
    for (const other of servers) other.clearCalls();
  }
}

/** Of the time, so that growth can be told from warming up. */
const STRETCHES = 5;
const during: Awaited<ReturnType<typeof holdings>>[] = [];
for (let i = 0; i < STRETCHES; i += 1) {
  const until = performance.now() + (seconds / STRETCHES) * 1000;
  await Promise.all([load(until), mischief(until)]);
  // What clients have left behind is let go of when the vendors have answered, or their time is up.
  await sleep(1500);
  during.push(await holdings());
}

/** Longer than the longest pause that a vendor is given. */
const RECOVERY_MS = 80_000;
const sound = performance.now();
async function askEach(): Promise<Counts> {
  await sleep(250);
  const counts: Counts = {};
  for (const query of queries) await ask(query, counts);
  delete counts['status 200'];
  return counts;
}
let amiss = await askEach();
while (Object.keys(amiss).length > 0 && performance.now() - sound < RECOVERY_MS) amiss = await askEach();
const recovery = Math.round((performance.now() - sound) / 1000);

const drained = await app.server.drain(10_000);
await app.close();
await sandbox.stop();
await sleep(500);
const after = await holdings();

console.table({
  'before the start': before,
  ...Object.fromEntries(during.map((held, i) => [`after ${Math.round((seconds * (i + 1)) / STRETCHES)} s`, held])),
  'after the end': after,
});
console.table(answers);
console.log(`Errors left ${recovery} s after the last planted fault:`, amiss);
const broken = (answers.broken ?? 0) + (answers.INTERNAL_SERVER_ERROR ?? 0);
const left = after.sockets + after.servers - before.sockets - before.servers;
// The first stretch fills the caches.
const [, second] = during;
const last = during.at(-1);
const grown = second && last ? last['heap MB'] + last['external MB'] - second['heap MB'] - second['external MB'] : NaN;
const verdicts = {
  'answers not in good form': { found: broken, most: 0 },
  'memory grown since the second stretch, MB': { found: grown, most: MOST_GROWTH_MB },
  'sockets and servers left at the end': { found: left, most: 2 },
  'errors that stay when all vendors are well again': {
    found: Object.values(amiss).reduce((a, b) => a + b, 0),
    most: 0,
  },
  'not drained': { found: drained ? 0 : 1, most: 0 },
};
console.table(verdicts);
process.exitCode = Object.values(verdicts).every(({ found, most }) => found <= most) ? 0 : 1;
