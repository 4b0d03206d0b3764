import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { type BenchServer, findPeers, LOAD_CORE, startServer, startSwitchboard } from './servers.ts';
import { repeatedWorkloads, withoutIds, type Workload } from './workloads.ts';
import { type Load, runLoad } from './wrk.ts';

const CONNECTIONS = 50;
const SECONDS = 5;
const WARM_UP_SECONDS = 2;
/** A gateway that sheds load after a measurement is asked again. */
const MAX_ATTEMPTS = 30;
const RETRY_MS = 1000;
const TITLES: Readonly<Record<string, string>> = {
  apollo: 'Apollo Server + DataLoader + Keyv',
  mercurius: 'Mercurius, JIT, with the same loaders',
};
const BARE_SERVER = 'bare node:http, the same bytes';
const GATEWAY = 'Switchboard';
/** T1: a repeated query is served at this ratio of the bare server. */
const MIN_RATIO = 0.9;

interface Measured extends Load {
  readonly cpuMsPerRequest: number;
  readonly vendorCalls: number;
  readonly rssMb: number;
}

interface Bench {
  readonly folder: string;
  readonly stubUrl: string;
  readonly servers: readonly BenchServer[];
}

/** T1: queries that are repeated within the TTL, side by side with what a user would pick instead. */
export async function repeatedQueries({ rounds, progress }: BenchOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
  const stub = await startServer({
    name: 'vendor stub',
    script: 'bench/throughput/vendor-stub.ts',
    env: { DAY: day },
    core: LOAD_CORE,
  });
  const { installed, missing } = findPeers();
  const servers: BenchServer[] = [];
  const rows: Row[] = [];
  const verdicts: Verdict[] = [];
  try {
    progress('starting');
    servers.push(await startSwitchboard(folder, stub.url, false), await startSwitchboard(folder, stub.url, true));
    for (const name of installed) servers.push(await startPeer(name, stub.url));
    const bench: Bench = { folder, stubUrl: stub.url, servers };
    for (const workload of repeatedWorkloads(day)) {
      const measured = await measureWorkload(bench, workload, rounds, progress);
      rows.push(...toRows(workload, measured));
      verdicts.push(toVerdict(workload, measured));
    }
    const starts = servers.map(({ name, startMs }) => ({ server: name, 'start ms': Math.round(startMs) }));
    return {
      title: `T1: repeated queries, one core, ${CONNECTIONS} connections, medians of ${rounds} rounds of ${SECONDS} s`,
      tables: [
        { title: 'Requests', rows },
        { title: 'Start of the process until it listens', rows: starts },
      ],
      verdicts,
      notes: [
        `Vendor stub: ${await stubRate(folder, stub)} requests/s by itself.`,
        ...missing.map((name) => `${TITLES[name] ?? name} is not installed: npm ci --prefix bench/peers`),
        'Callers’ keys and the access log are on, as users run it; the second row of the gateway is without both.',
        'Not among the peers yet: Hive Gateway and Tailcall.',
      ],
    };
  } finally {
    for (const server of [...servers, stub]) await server.stop();
    rmSync(folder, { recursive: true });
  }
}

function startPeer(name: string, vendorUrl: string): Promise<BenchServer> {
  return startServer({
    name: TITLES[name] ?? name,
    script: `bench/peers/${name}.mjs`,
    env: { VENDOR_URL: vendorUrl },
  });
}

/** Compares the answers of all servers first; the bare server has the gateway's bytes. */
async function measureWorkload(
  { folder, stubUrl, servers }: Bench,
  workload: Workload,
  rounds: number,
  progress: BenchOptions['progress'],
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const bytes = await assertSameAnswers(servers, workload);
  const answerFile = join(folder, 'answer.json');
  writeFileSync(answerFile, bytes);
  const bare = await startServer({
    name: BARE_SERVER,
    script: 'bench/peers/bare.mjs',
    env: { ANSWER_FILE: answerFile },
  });
  try {
    const all = new Map([...servers, bare].map((server) => [server.name, server]));
    const load = (server: BenchServer, seconds: number): Promise<Load> =>
      runLoad({
        ...server,
        workload,
        seconds,
        connections: CONNECTIONS,
        scriptFile: join(folder, 'wrk.lua'),
        core: LOAD_CORE,
      });
    for (const server of all.values()) {
      progress(`${workload.name} warm-up ${server.name}`);
      await load(server, WARM_UP_SECONDS);
    }
    return await interleave([...all.keys()], rounds, async (name) => {
      progress(`${workload.name} ${name}`);
      const server = all.get(name) ?? bare;
      const [cpuBefore, callsBefore] = [server.cpuMs(), await countCalls(stubUrl)];
      const result = await load(server, SECONDS);
      return {
        ...result,
        cpuMsPerRequest: (server.cpuMs() - cpuBefore) / result.requests,
        vendorCalls: (await countCalls(stubUrl)) - callsBefore,
        rssMb: server.rssMb(),
      };
    });
  } finally {
    await bare.stop();
  }
}

/** Returns the first server's bytes; throws unless every server returns the same data, but for ids, for all variables. */
async function assertSameAnswers(
  servers: readonly BenchServer[],
  { name, query, variables }: Workload,
): Promise<string> {
  let firstBytes = '';
  for (const each of variables) {
    const texts = await Promise.all(servers.map((server) => post(server, { query, variables: each })));
    const [expected = '', ...others] = texts.map((text) => withoutIds((JSON.parse(text) as { data: unknown }).data));
    const other = others.findIndex((answer) => answer !== expected);
    if (other >= 0)
      throw new Error(
        `${name}: ${servers[other + 1]?.name ?? ''} answers ${(others[other] ?? '').slice(0, 300)} instead of ${expected.slice(0, 300)}`,
      );
    firstBytes ||= texts[0] ?? '';
  }
  return firstBytes;
}

async function post({ name, url, headers }: BenchServer, body: object): Promise<string> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return text;
    if (response.status !== 503) throw new Error(`${name} answers ${response.status}: ${text.slice(0, 300)}`);
    await sleep(RETRY_MS);
  }
  throw new Error(`${name} stays overloaded`);
}

async function countCalls(stubUrl: string): Promise<number> {
  const response = await fetch(`${stubUrl}/calls`);
  return Number(await response.text());
}

/** What the stub can do by itself, on the core that it shares with the load generator. */
async function stubRate(folder: string, stub: BenchServer): Promise<number> {
  const { requestsPerSecond } = await runLoad({
    url: `${stub.url}/v0/key/agents/1000/latestInteractions`,
    headers: {},
    workload: { name: 'stub', query: '', variables: [{}] },
    connections: CONNECTIONS,
    seconds: WARM_UP_SECONDS,
    scriptFile: join(folder, 'wrk.lua'),
    core: LOAD_CORE,
  });
  return Math.round(requestsPerSecond);
}

function toRows({ name }: Workload, measured: ReadonlyMap<string, readonly Measured[]>): readonly Row[] {
  const bare = medianOf(measured.get(BARE_SERVER), 'requestsPerSecond');
  return [...measured].map(([server, rounds]) => {
    const rates = rounds.map(({ requestsPerSecond }) => requestsPerSecond);
    const round = (key: keyof Measured): number => roundTo2Decimals(medianOf(rounds, key));
    return {
      workload: name,
      server,
      'requests/s': Math.round(median(rates)),
      'min–max': `${Math.round(Math.min(...rates))}–${Math.round(Math.max(...rates))}`,
      'of bare': roundTo2Decimals(median(rates) / bare),
      'p99 ms': round('p99Ms'),
      'CPU ms': round('cpuMsPerRequest'),
      'vendor calls': round('vendorCalls'),
      'RSS MB': Math.round(medianOf(rounds, 'rssMb')),
      failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
    };
  });
}

function toVerdict({ name }: Workload, measured: ReadonlyMap<string, readonly Measured[]>): Verdict {
  const rate = (server: string): number => medianOf(measured.get(server), 'requestsPerSecond');
  const ratio = rate(GATEWAY) / rate(BARE_SERVER);
  return {
    target: `${name}: at least ${MIN_RATIO} of the bare server`,
    measured: roundTo2Decimals(ratio).toString(),
    met: ratio >= MIN_RATIO,
  };
}

function medianOf(rounds: readonly Measured[] = [], key: keyof Measured): number {
  return median(rounds.map((each) => each[key]));
}
