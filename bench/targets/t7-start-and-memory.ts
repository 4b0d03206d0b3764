import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { assertAnswers } from '../throughput/answers.ts';
import { GATEWAY, startGateway } from '../throughput/gateway.ts';
import { APOLLO, findPeers } from '../throughput/peers.ts';
import { type BenchProcess, LOAD_CORE } from '../throughput/process.ts';
import { pastDay, startStub } from '../throughput/stub.ts';
import { repeatedWorkloads, type Workload } from '../throughput/workloads.ts';
import { runLoad } from '../throughput/wrk.ts';

const CONNECTIONS = 50;
const SAMPLE_INTERVAL_MS = 50;
const MAX_START_RATIO = 0.5;
const MAX_MEMORY_RATIO = 0.6;

interface Usage {
  readonly startMs: number;
  readonly startCpuMs: number;
  readonly idleMb: number;
  readonly peakMb: number;
  readonly answered: number;
}

/** T7: how long a process takes until its first answer, and what it holds under W2a. */
export async function startAndMemory(options: BenchOptions): Promise<Report> {
  const day = pastDay();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const stub = await startStub({ day, agents: TEAM_SIZE });
  const common = { folder, vendorUrl: stub.url, agents: TEAM_SIZE, isCached: true };
  const candidates = [{ name: GATEWAY, missing: () => null, start: startGateway }, ...findPeers(common)];
  const installed = candidates.filter(({ missing }) => missing() === null);
  const workload = repeatedWorkloads({ day }).find(({ name }) => name === 'W2a');
  if (!workload) throw new Error('no workload W2a');
  try {
    const names = installed.map(({ name }) => name);
    const usages = await interleave(names, options.rounds, async (name) => {
      options.progress(`start and memory of ${name}`);
      const candidate = installed.find((each) => each.name === name);
      if (!candidate) throw new Error(`no ${name}`);
      return measureProcess(await candidate.start(common), workload, options.seconds, join(folder, 'wrk.lua'));
    });
    return {
      title: `T7: start to the first answer, and resident memory under W2a, medians of ${options.rounds} processes`,
      tables: [{ title: `${CONNECTIONS} connections for ${options.seconds} s`, rows: [...usages].map(toRow) }],
      verdicts: toVerdicts(usages),
      notes: [
        ...candidates.flatMap(({ name, missing }) => (missing() === null ? [] : [`${name} ${missing() ?? ''}`])),
        'Started with NODE_ENV=production, as the container image is. CPU ms: of the process until its first answer.',
      ],
    };
  } finally {
    await stub.stop();
    rmSync(folder, { recursive: true });
  }
}

async function measureProcess(
  server: BenchProcess,
  workload: Workload,
  seconds: number,
  scriptFile: string,
): Promise<Usage> {
  const [startCpuMs, idleMb] = [server.cpuMs(), server.rssMb()];
  let peakMb = idleMb;
  const sampling = setInterval(() => {
    peakMb = Math.max(peakMb, server.rssMb());
  }, SAMPLE_INTERVAL_MS);
  try {
    await assertAnswers(server, workload);
    const { requests } = await runLoad({
      ...server,
      workload,
      seconds,
      connections: CONNECTIONS,
      scriptFile,
      core: LOAD_CORE,
    });
    return { startMs: server.startMs, startCpuMs, idleMb, peakMb, answered: requests };
  } finally {
    clearInterval(sampling);
    await server.stop();
  }
}

function toRow([server, usages]: readonly [string, readonly Usage[]]): Row {
  const middle = (key: keyof Usage) => Math.round(medianOf(usages, key));
  return {
    server,
    'start ms': middle('startMs'),
    'CPU ms': middle('startCpuMs'),
    'MB at start': middle('idleMb'),
    'MB under load': middle('peakMb'),
    answered: middle('answered'),
  };
}

function medianOf(usages: readonly Usage[], key: keyof Usage): number {
  return median(usages.map((usage) => usage[key]));
}

function toVerdicts(usages: ReadonlyMap<string, readonly Usage[]>): readonly Verdict[] {
  const [own, apollo] = [usages.get(GATEWAY), usages.get(APOLLO)];
  const ratio = (key: keyof Usage) => (own && apollo ? medianOf(own, key) / medianOf(apollo, key) : null);
  const toVerdict = (target: string, value: number | null, max: number, detail = ''): Verdict =>
    value === null
      ? { target, measured: 'not measured', met: null }
      : { target, measured: `${roundTo2Decimals(value)} ×${detail}`, met: value <= max };
  const cpu = ratio('startCpuMs');
  return [
    toVerdict(
      `start to the first answer ≤ ${MAX_START_RATIO} × Apollo standalone`,
      ratio('startMs'),
      MAX_START_RATIO,
      cpu === null ? '' : ` (by processor time ${roundTo2Decimals(cpu)} ×)`,
    ),
    toVerdict(`memory under W2a ≤ ${MAX_MEMORY_RATIO} × Apollo + DataLoader + Keyv`, ratio('peakMb'), MAX_MEMORY_RATIO),
  ];
}
