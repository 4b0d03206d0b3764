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
import { type BenchProcess, nodeCommand, startProcess } from '../throughput/process.ts';

const CONNECTIONS = 4;
/** A just-in-time compiler takes thousands of requests to finish. */
const WARM_UP_SECONDS = 12;

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
  const variants: Variant[] = [];
  try {
    for (const [name, telemetry, root] of variantsOf(collector.url)) {
      options.progress(`start ${name}`);
      const file = join(folder, `${name.replaceAll(/\W/g, '')}.yaml`);
      writeFileSync(file, formatSandboxConfig(toConfig(sandbox.config, telemetry)));
      variants.push({ name, gateway: await start(name, file, root) });
    }
    const rows: Row[] = [];
    const verdicts: Verdict[] = [];
    for (const workload of WORKLOADS) {
      const measured = await measureWorkload(variants, workload, options);
      rows.push(...toRows(workload, measured));
      verdicts.push(...toVerdicts(workload, measured));
    }
    return {
      title: `Tracing: CPU time of the gateway a request, medians of ${options.rounds} rounds of ${options.seconds} s, all variants at the same time`,
      tables: [{ title: 'Microseconds of CPU a request', rows }],
      verdicts,
      notes: [
        'Of the main thread, where spans are also exported. The clients and the collector are in another process.',
        `The collector has received ${collector.exports()} exports. Without BENCH_BASELINE (a checkout of an earlier commit) "off" has nothing to compare with.`,
      ],
    };
  } finally {
    for (const { gateway } of variants) await gateway.stop();
    await sandbox.stop();
    collector.server.close();
    collector.server.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
}

type VariantSetup = readonly [name: string, telemetry: object | undefined, root: string | undefined];

function variantsOf(collectorUrl: string): readonly VariantSetup[] {
  const { BENCH_BASELINE: baseline } = process.env;
  const otlp = { endpoint: collectorUrl };
  return [
    ...(baseline === undefined ? [] : [['baseline', undefined, baseline] as const]),
    ['off', undefined, undefined],
    ['sampled 0 %', { otlp, sampleRatio: 0 }, undefined],
    ['sampled 1 %', { otlp, sampleRatio: 0.01 }, undefined],
    ['sampled 100 %', { otlp, sampleRatio: 1 }, undefined],
  ];
}

function toConfig(config: SandboxConfig, telemetry: object | undefined): SandboxConfig {
  const cache = { ttl: { statusLive: 86_400, directory: 86_400 } };
  return Object.assign({}, config, { cache }, telemetry && { telemetry });
}

function start(name: string, file: string, root: string | undefined): Promise<BenchProcess> {
  return startProcess({
    name,
    command: root === undefined ? nodeCommand('src/start.mjs') : [process.execPath, join(root, 'src/start.mjs')],
    cwd: root ?? process.cwd(),
    env: { SWITCHBOARD_CONFIG: file, LOG_LEVEL: 'info' },
    path: '/graphql',
  });
}

type Measurements = ReadonlyMap<string, readonly number[]>;

/** All variants at the same time, on one core: what disturbs the machine disturbs them alike. */
async function measureWorkload(
  variants: readonly Variant[],
  workload: Workload,
  { rounds, seconds, progress }: BenchOptions,
): Promise<Measurements> {
  const measure = (duration: number) =>
    Promise.all(variants.map(({ gateway }) => cpuPerRequest(gateway, workload, duration)));
  progress(`${workload}: warm-up`);
  await measure(WARM_UP_SECONDS);
  progress(`${workload}: measurement`);
  const figures: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round += 1) figures.push(await measure(seconds));
  return new Map(variants.map(({ name }, index) => [name, figures.map((round) => round[index] ?? NaN)]));
}

/** Microseconds. */
async function cpuPerRequest(gateway: BenchProcess, workload: Workload, seconds: number): Promise<number> {
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
        headers: { 'content-type': 'application/json' },
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

function toRows(workload: Workload, measured: Measurements): readonly Row[] {
  const [reference] = measured.keys();
  return [...measured].map(([variant, figures]) => ({
    workload,
    variant,
    'µs a request': roundTo2Decimals(median(figures)),
    lowest: roundTo2Decimals(Math.min(...figures)),
    highest: roundTo2Decimals(Math.max(...figures)),
    [`% more than ${reference ?? ''}`]: roundTo2Decimals((increase(measured, variant) ?? 0) * 100),
  }));
}

/** The median of the rounds' increases over the first variant: what slows a round down slows both. */
function increase(measured: Measurements, variant: string): number | null {
  const [reference] = measured.keys();
  const before = measured.get(reference ?? '') ?? [];
  const after = measured.get(variant) ?? [];
  return reference === variant ? null : median(after.map((figure, round) => figure / (before[round] ?? NaN) - 1));
}

function toVerdicts(workload: Workload, measured: Measurements): readonly Verdict[] {
  const [reference = ''] = measured.keys();
  return Object.entries(ALLOWED).map(([variant, allowed]) => {
    const measuredIncrease = increase(measured, variant);
    return {
      target: `${workload}: ${variant} costs ≤ ${allowed * 100} % more CPU a request than ${reference}`,
      measured: measuredIncrease === null ? 'not measured' : `${roundTo2Decimals(measuredIncrease * 100)} %`,
      met: measuredIncrease === null ? null : measuredIncrease <= allowed,
    };
  });
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
