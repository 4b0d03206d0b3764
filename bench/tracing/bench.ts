import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { systemClock } from '../../src/domain/clock.ts';
import { formatSandboxConfig, type SandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { vendors } from '../../src/vendors/index.ts';
import { median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { type BenchProcess, moveToLoadCore, startCommand, startProcess } from '../throughput/process.ts';

const CONNECTIONS = 4;
/**
 * A just-in-time compiler takes thousands of requests to finish, and thousands of spans: a gateway that samples 1 % compiles the code of spans within
 * minutes. So every client first continues a trace that is sampled.
 */
const WARM_UP_SECONDS = { sampled: 6, unsampled: 10 } as const;
/**
 * Vendors are called all the time, as elsewhere. Otherwise the code of connections is compiled for clients alone, and the first export of spans makes
 * all of it slower, as the first vendor call would.
 */
const STATUS_LIVE_SECONDS = 3;
/** Two processes with the same configuration differ by 4 %, nearly what is allowed: they compile their code in another order. */
const STARTS = 5;

/** The share of further CPU time that is allowed, by variant. */
const ALLOWED: Readonly<Record<string, number>> = { off: 0.01, 'sampled 1 %': 0.05 };

const QUERY = `query Board {
  agents(first: 20, filter: { kind: HUMAN }) { nodes { id name currentStatus { status label start } } }
}`;

/** `stored`: the answer is ready. `executed`: each request is another one, over values that are in memory. */
const WORKLOADS = ['stored', 'executed'] as const;
type Workload = (typeof WORKLOADS)[number];

interface Variant {
  readonly name: string;
  readonly gateway: BenchProcess;
}

/** What traces cost: CPU time of the gateway's process for each request. */
export async function tracing(options: BenchOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const fakes = Object.fromEntries(vendors.map(({ key, createFakeVendor }) => [key, createFakeVendor]));
  const sandbox = await startSandbox({ clock: systemClock, fakes });
  const collector = await startCollector();
  const moveBack = moveToLoadCore();
  try {
    const setups = variantsOf(collector.url).map(({ name, telemetry, root }) => {
      const file = join(folder, `${name.replaceAll(/\W/g, '')}.yaml`);
      writeFileSync(file, formatSandboxConfig(toConfig(sandbox.config, telemetry)));
      return { name, file, root };
    });
    const starts: StartFigures[] = [];
    for (let number = 1; number <= STARTS; number += 1) {
      const progress = (step: string) => {
        options.progress(`start ${number} of ${STARTS}: ${step}`);
      };
      starts.push(await measureStart(setups, { ...options, progress }));
    }
    const measured = WORKLOADS.map((workload) => ({ workload, starts: starts.map((figures) => figures[workload]) }));
    return {
      title: `Tracing: CPU time of the gateway a request, medians of ${STARTS} starts with ${options.rounds} rounds of ${options.seconds} s, all variants at the same time`,
      tables: [{ title: 'Microseconds of CPU a request', rows: measured.flatMap(toRows) }],
      verdicts: measured.flatMap(toVerdicts),
      notes: [
        'Of the main thread, where spans are also exported. The clients and the collector are in another process.',
        `The collector has received ${collector.exports()} exports. Without BENCH_BASELINE (a checkout of an earlier commit) "off" has nothing to compare with.`,
      ],
    };
  } finally {
    await sandbox.stop();
    collector.server.close();
    collector.server.closeAllConnections();
    rmSync(folder, { recursive: true });
    moveBack();
  }
}

interface VariantSetup {
  readonly name: string;
  readonly telemetry?: object;
  /** Another checkout. */
  readonly root?: string;
}

function variantsOf(collectorUrl: string): readonly VariantSetup[] {
  const { BENCH_BASELINE: baseline } = process.env;
  const otlp = { endpoint: collectorUrl };
  return [
    ...(baseline === undefined ? [] : [{ name: 'baseline', root: baseline }]),
    { name: 'off' },
    { name: 'sampled 0 %', telemetry: { otlp, sampleRatio: 0 } },
    { name: 'sampled 1 %', telemetry: { otlp, sampleRatio: 0.01 } },
    { name: 'sampled 100 %', telemetry: { otlp, sampleRatio: 1 } },
  ];
}

function toConfig(config: SandboxConfig, telemetry: object | undefined): SandboxConfig {
  const cache = { ttl: { statusLive: STATUS_LIVE_SECONDS, directory: 86_400 } };
  return Object.assign({}, config, { cache }, telemetry && { telemetry });
}

interface ProcessSetup {
  readonly name: string;
  readonly file: string;
  readonly root: string | undefined;
}

function start({ name, file, root }: ProcessSetup): Promise<BenchProcess> {
  return startProcess({
    name,
    command: startCommand(root),
    cwd: root ?? process.cwd(),
    env: { SWITCHBOARD_CONFIG: file, LOG_LEVEL: 'info' },
    path: '/graphql',
  });
}

/** The figures of the rounds, by variant. */
type Measurements = ReadonlyMap<string, readonly number[]>;
type StartFigures = Readonly<Record<Workload, Measurements>>;

/** Starts one process for each variant, and measures them at the same time. */
async function measureStart(setups: readonly ProcessSetup[], options: BenchOptions): Promise<StartFigures> {
  const variants: Variant[] = [];
  try {
    for (const setup of setups) {
      options.progress(setup.name);
      variants.push({ name: setup.name, gateway: await start(setup) });
    }
    const stored = await measureWorkload(variants, 'stored', options);
    return { stored, executed: await measureWorkload(variants, 'executed', options) };
  } finally {
    for (const { gateway } of variants) await gateway.stop();
  }
}

/** All variants at the same time, on one core: what disturbs the machine disturbs them alike. */
async function measureWorkload(
  variants: readonly Variant[],
  workload: Workload,
  { rounds, seconds, progress }: BenchOptions,
): Promise<Measurements> {
  const measure = (duration: number, isSampled = false) =>
    Promise.all(variants.map(({ gateway }) => cpuPerRequest(gateway, workload, duration, isSampled)));
  progress(`${workload}: warm-up`);
  await measure(WARM_UP_SECONDS.sampled, true);
  await measure(WARM_UP_SECONDS.unsampled);
  progress(`${workload}: measurement`);
  const figures: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round += 1) figures.push(await measure(seconds));
  return new Map(variants.map(({ name }, index) => [name, figures.map((round) => round[index] ?? NaN)]));
}

/** Microseconds. `isSampled`: each request continues a sampled trace of its client. */
async function cpuPerRequest(
  gateway: BenchProcess,
  workload: Workload,
  seconds: number,
  isSampled: boolean,
): Promise<number> {
  const { origin } = new URL(gateway.url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const endMs = performance.now() + seconds * 1000;
  const startedCpuMs = gateway.mainThreadCpuMs();
  let requests = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) {
      requests += 1;
      // A variable that the operation does not have changes nothing but the request.
      const variables = workload === 'stored' ? {} : { unused: requests + Math.random() };
      const body = JSON.stringify({ query: QUERY, operationName: 'Board', variables });
      const response = await pool.request({
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(isSampled && { traceparent: toTraceparent(requests) }) },
        body,
      });
      const text = await response.body.text();
      if (response.statusCode !== 200 || text.includes('"errors"')) throw new Error(text.slice(0, 500));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  await pool.close();
  return ((gateway.mainThreadCpuMs() - startedCpuMs) / requests) * 1000;
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function toTraceparent(number: number): string {
  return `00-${number.toString(16).padStart(32, '1')}-00f067aa0ba902b7-01`;
}

interface Measured {
  readonly workload: Workload;
  readonly starts: readonly Measurements[];
}

function toRows({ workload, starts }: Measured): readonly Row[] {
  const [reference = '', ...others] = starts[0]?.keys() ?? [];
  const microseconds = (variant: string) => median(starts.map((figures) => median(figures.get(variant) ?? [])));
  const toRow = (variant: string, increases: readonly number[]): Row => ({
    workload,
    variant,
    'µs a request': roundTo2Decimals(microseconds(variant)),
    [`% more than ${reference}`]: toPercent(median(increases)),
    'lowest start': toPercent(Math.min(...increases)),
    'highest start': toPercent(Math.max(...increases)),
  });
  return [toRow(reference, [0]), ...others.map((variant) => toRow(variant, increasesOf(variant, reference, starts)))];
}

/** Of each start, the median of the rounds' increases over the reference: what slows a round down slows both. */
function increasesOf(variant: string, reference: string, starts: readonly Measurements[]): readonly number[] {
  return starts.map((figures) => {
    const before = figures.get(reference) ?? [];
    return median((figures.get(variant) ?? []).map((figure, round) => figure / (before[round] ?? NaN) - 1));
  });
}

function toVerdicts({ workload, starts }: Measured): readonly Verdict[] {
  const [reference = ''] = starts[0]?.keys() ?? [];
  return Object.entries(ALLOWED).map(([variant, allowed]) => {
    const target = `${workload}: ${variant} costs ≤ ${allowed * 100} % more CPU a request than ${reference}`;
    if (variant === reference) return { target, measured: 'not measured', met: null };
    const increases = increasesOf(variant, reference, starts);
    const [lowest, highest] = [Math.min(...increases), Math.max(...increases)].map(toPercent);
    const measured = `${toPercent(median(increases))} % (${lowest} to ${highest})`;
    return { target, measured, met: median(increases) <= allowed };
  });
}

function toPercent(ratio: number): number {
  return roundTo2Decimals(ratio * 100);
}

async function startCollector(): Promise<{
  readonly server: Server;
  readonly url: string;
  readonly exports: () => number;
}> {
  let exports = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      exports += 1;
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exports: () => exports };
}
