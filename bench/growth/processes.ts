import { startRedisServer } from '../../test/support/redis-server.ts';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Row, Verdict } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { assertAnswers } from '../throughput/answers.ts';
import { startGateway } from '../throughput/gateway.ts';
import type { BenchProcess } from '../throughput/process.ts';
import { newWorkloads, type Workload } from '../throughput/workloads.ts';
import { runLoad } from '../throughput/wrk.ts';

const CONNECTIONS = 50;
const MIN_SPEEDUP = 1.7;
const WORKLOADS = ['W1b2', 'W2b1'];
/** The load generator takes what the gateways leave. */
const ALL_CORES = '0,1';
const SETUPS = ['one process', 'two processes'] as const;

interface Throughput {
  readonly requestsPerSecond: number;
  readonly cpuMs: number;
}

export interface ScaleOut {
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
}

/** Two gateways on two cores that share a Redis, beside one of them alone. */
export async function measureProcesses(
  folder: string,
  vendorUrl: string,
  day: string,
  options: BenchOptions,
): Promise<ScaleOut> {
  const redis = await startRedisServer().catch(() => null);
  if (!redis) return { rows: [], verdicts: [notMeasured], notes: ['redis-server is not installed: no second process'] };
  const gateways: BenchProcess[] = [];
  try {
    const common = { folder, vendorUrl, agents: TEAM_SIZE, redisUrl: redis.url };
    for (const core of [0, 1]) gateways.push(await startGateway({ ...common, core }));
    const results: { readonly rows: readonly Row[]; readonly verdict: Verdict }[] = [];
    for (const workload of newWorkloads({ day }).filter(({ name }) => WORKLOADS.includes(name))) {
      for (const gateway of gateways) await assertAnswers(gateway, workload);
      const measured = await interleave(SETUPS, options.rounds, (setup) => {
        options.progress(`${workload.name}: ${setup}`);
        return measureSetup(setup === 'one process' ? gateways.slice(0, 1) : gateways, workload, folder, options);
      });
      results.push(compare(workload.name, measured));
    }
    const notes = ['Two processes: wrk shares both cores with them. By processor time: as if it had cores of its own.'];
    return { rows: results.flatMap(({ rows }) => rows), verdicts: results.map(({ verdict }) => verdict), notes };
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await redis.kill();
  }
}

const notMeasured: Verdict = { target: 'two processes with one Redis', measured: 'not measured', met: null };

async function measureSetup(
  gateways: readonly BenchProcess[],
  workload: Workload,
  folder: string,
  { seconds }: BenchOptions,
): Promise<Throughput> {
  const before = gateways.map((gateway) => gateway.cpuMs());
  const loads = await Promise.all(
    gateways.map((gateway, nth) =>
      runLoad({
        ...gateway,
        workload,
        seconds,
        connections: CONNECTIONS / gateways.length,
        scriptFile: `${folder}/process-${nth}.lua`,
        core: ALL_CORES,
      }),
    ),
  );
  const cpuMs = gateways.reduce((sum, gateway, nth) => sum + gateway.cpuMs() - (before[nth] ?? 0), 0);
  const requests = loads.reduce((sum, load) => sum + load.requests, 0);
  return {
    requestsPerSecond: loads.reduce((sum, load) => sum + load.requestsPerSecond, 0),
    cpuMs: cpuMs / requests,
  };
}

function compare(name: string, measured: ReadonlyMap<(typeof SETUPS)[number], readonly Throughput[]>) {
  const [one, two] = SETUPS.map((setup) => {
    const rounds = measured.get(setup) ?? [];
    return {
      requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
      cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
    };
  }) as [Throughput, Throughput];
  const speedup = two.requestsPerSecond / one.requestsPerSecond;
  const byCpu = (2 * one.cpuMs) / two.cpuMs;
  return {
    rows: [one, two].map((each, nth) => ({
      workload: name,
      gateways: SETUPS[nth] ?? '',
      'requests/s': Math.round(each.requestsPerSecond),
      'CPU ms': roundTo2Decimals(each.cpuMs),
    })),
    verdict: {
      target: `${name}: two processes with one Redis ≥ ${MIN_SPEEDUP} × one`,
      measured: !Number.isFinite(speedup)
        ? 'no request was answered'
        : `${roundTo2Decimals(speedup)} × (by processor time ${roundTo2Decimals(byCpu)} ×)`,
      met: Number.isFinite(speedup) ? speedup >= MIN_SPEEDUP : null,
    },
  };
}
