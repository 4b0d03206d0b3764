import { setTimeout as sleep } from 'node:timers/promises';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import { type ClientResult, runClients } from '../overload/run-clients.ts';
import type { Plot, Report, Row } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { assertAnswers } from '../throughput/answers.ts';
import { GATEWAY } from '../throughput/gateway.ts';
import { APOLLO } from '../throughput/peers.ts';
import type { BenchProcess } from '../throughput/process.ts';
import { type SideBySide, withServers } from '../throughput/side-by-side.ts';
import { pastDay } from '../throughput/stub.ts';
import { newWorkloads } from '../throughput/workloads.ts';
import { type LoadPoint, overloadVerdicts } from './t9-verdicts.ts';

const WORKLOADS = ['W1b2', 'W2b1'];
const CONNECTIONS = [1, 2, 5, 10, 25, 50, 200];
/** Clients that ignore Retry-After, at the highest number of connections. */
const IMPATIENT = 'at once';
const PATIENT = 'waits';
/** What was admitted in a round ends before the next one. */
const PAUSE_MS = 1000;

/** T9: closed-loop clients, from one to more than the gateway admits. */
export function overload(options: BenchOptions): Promise<Report> {
  const day = pastDay();
  return withServers({ day, agents: TEAM_SIZE, isCached: true, peers: [APOLLO] }, async (bench) => {
    const points: LoadPoint[] = [];
    for (const workload of WORKLOADS) {
      // The gateway as users run it, and Apollo Server, which refuses nothing.
      for (const server of bench.servers.filter((_server, index) => index !== 1))
        points.push(...(await measureServer(bench, server, workload, day, options)));
    }
    return {
      title: `T9: goodput of closed-loop clients, medians of ${options.rounds} rounds of ${options.seconds} s`,
      tables: [{ title: 'Clients, each with one connection', rows: points.map(toRow) }],
      verdicts: WORKLOADS.flatMap((workload) => overloadVerdicts(workload, points)),
      notes: [
        ...bench.notes,
        'after a refusal: whether clients wait as long as Retry-After says, or return at once. Milliseconds of health checks: the longest.',
        'Goodput counts answers with data. CPU ms: of the server for each answer, refusals included.',
      ],
      plots: WORKLOADS.map((workload) => toPlot(workload, points)),
    };
  });
}

async function measureServer(
  { notes }: SideBySide,
  server: BenchProcess,
  name: string,
  day: string,
  { rounds, seconds, progress }: BenchOptions,
): Promise<readonly LoadPoint[]> {
  const workload = newWorkloads({ day }).find((each) => each.name === name);
  if (!workload) return [];
  const problem = await assertAnswers(server, workload).catch((error: unknown) => error as Error);
  if (typeof problem !== 'string') {
    notes.push(`${name}: ${server.name} ${problem.message}`);
    return [];
  }
  const most = Math.max(...CONNECTIONS);
  const steps = [...CONNECTIONS.map((connections) => `${connections} ${PATIENT}`), `${most} ${IMPATIENT}`];
  const run = async (step: string) => {
    progress(`${name}, ${server.name}: ${step}`);
    await sleep(PAUSE_MS);
    const waitsAfterRefusal = step.endsWith(PATIENT);
    return runClients(server, { workload: name, day, connections: parseInt(step, 10), seconds, waitsAfterRefusal });
  };
  // Compiles what is hot.
  await run(`10 ${PATIENT}`);
  const measured = await interleave(steps, rounds, run);
  return [...measured].map(([step, results]) => ({
    workload: name,
    server: server.name,
    connections: parseInt(step, 10),
    waitsAfterRefusal: step.endsWith(PATIENT),
    ...medians(results),
  }));
}

function medians(results: readonly ClientResult[]): Omit<ClientResult, 'health'> & { readonly healthMs: number } {
  const middle = (key: Exclude<keyof ClientResult, 'health'>) => median(results.map((result) => result[key]));
  const sum = (key: 'refused' | 'failed' | 'refusalsWithoutRetryAfter') =>
    results.reduce((total, result) => total + result[key], 0);
  return {
    goodput: middle('goodput'),
    answered: middle('answered'),
    late: middle('late'),
    refused: sum('refused'),
    failed: sum('failed'),
    meanMs: middle('meanMs'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    refusalP99Ms: middle('refusalP99Ms'),
    refusalsWithoutRetryAfter: sum('refusalsWithoutRetryAfter'),
    cpuMs: middle('cpuMs'),
    healthMs: Math.max(...results.flatMap(({ health }) => Object.values(health))),
  };
}

function toRow(point: LoadPoint): Row {
  return {
    workload: point.workload,
    server: point.server,
    connections: point.connections,
    'after a refusal': point.waitsAfterRefusal ? PATIENT : IMPATIENT,
    'goodput/s': Math.round(point.goodput),
    'CPU ms': roundTo2Decimals(point.cpuMs),
    refused: point.refused,
    failed: point.failed,
    'p50 ms': Math.round(point.p50Ms),
    'p99 ms': Math.round(point.p99Ms),
    'refusal p99 ms': Math.round(point.refusalP99Ms),
    'without Retry-After': point.refusalsWithoutRetryAfter,
    // The peer has no such paths.
    'health ms': point.server === GATEWAY ? Math.round(point.healthMs) : null,
  };
}

function toPlot(workload: string, points: readonly LoadPoint[]): Plot {
  const patient = points.filter((point) => point.workload === workload && point.waitsAfterRefusal);
  return {
    name: `T9-${workload}`,
    title: `${workload}: goodput over connections`,
    xLabel: 'connections',
    yLabel: 'answers in a second',
    series: [...new Set(patient.map(({ server }) => server))].map((name) => ({
      name,
      points: patient.filter(({ server }) => server === name).map(({ connections, goodput }) => [connections, goodput]),
    })),
  };
}
