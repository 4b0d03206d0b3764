import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp, openConfiguration } from '../src/app.ts';
import { systemClock } from '../src/domain/clock.ts';
import { exampleVariables } from '../src/graphiql/example-variables.ts';
import { createLogger } from '../src/observability/logger.ts';

/**
 * A long run in little time: the example queries against the sandbox, whose vendors fail in turn, with clients that go away.
 * It prints memory, sockets and timers at the start and the end. Exit status 1 where an answer was not in good form or
 * anything was left open.
 */

const MB = 1024 * 1024;
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, clients: { type: 'string', default: '8' } },
});
const seconds = Math.min(Math.max(Number(values.seconds) || 120, 10), 1800);
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
const opened = await openConfiguration({ PORT: '0' }, folder, systemClock);
rmSync(folder, { recursive: true });
if (!opened.ok || !opened.sandbox) throw new Error('the sandbox did not start');
const { sandbox, config } = opened;
const brief = { ...config.cache.ttl, interactions: 1, statusLive: 1, usageLive: 1, directory: 5 };
const app = await createApp({
  config: {
    ...config,
    accounts: config.accounts.map((account) => ({ ...account, timeoutMs: 1000 })),
    cache: { ...config.cache, ttl: brief },
  },
  clock: systemClock,
  logger: createLogger({ level: 'silent', destination: { write: () => undefined } }),
});
const url = await app.server.listen();
app.server.ready();

const examples = new URL('../examples/queries/', import.meta.url);
const queries = readdirSync(examples).map((name) => readFileSync(new URL(name, examples), 'utf8'));
const servers = Object.values(sandbox.servers);
const answers: Record<string, number> = {};
const count = (what: string) => (answers[what] = (answers[what] ?? 0) + 1);
const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

async function ask(): Promise<void> {
  const body = JSON.stringify({ query: any(queries), variables: exampleVariables(Date.now()) });
  // One client of ten goes away before it can have its answer.
  const signal =
    Math.random() < 0.1 ? AbortSignal.timeout(Math.floor(Math.random() * 20)) : AbortSignal.timeout(60_000);
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
    while (performance.now() < until) await ask();
  };
  await Promise.all(Array.from({ length: clients }, one));
}

async function mischief(until: number): Promise<void> {
  while (performance.now() < until) {
    const server = any(servers);
    server.fault(any(FAULTS));
    await sleep(1000 + Math.random() * 2000);
    server.clearFaults();
    // The sandbox remembers its calls, which is not what is measured.
    for (const other of servers) other.clearCalls();
  }
}

await load(performance.now() + 5000);
const warm = await holdings();
const until = performance.now() + seconds * 1000;
await Promise.all([load(until), mischief(until)]);
const loaded = await holdings();
const drained = await app.server.drain(10_000);
await app.close();
await sandbox.stop();
await sleep(500);
const after = await holdings();

console.table({
  'before the start': before,
  'after 5 s': warm,
  [`after ${seconds} s`]: loaded,
  'after the end': after,
});
console.table(answers);
const broken = (answers.broken ?? 0) + (answers.INTERNAL_SERVER_ERROR ?? 0);
const left = after.sockets + after.servers - before.sockets - before.servers;
console.log(`${broken} answers not in good form; ${left} sockets left; ${drained ? 'drained' : 'cut off'}`);
process.exitCode = broken > 0 || left > 2 || !drained ? 1 : 0;
