import { median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { medianOf } from '../throughput/figures.ts';
import { GATEWAY } from '../throughput/gateway.ts';
import { type Measured, measureWorkload, withServers } from '../throughput/side-by-side.ts';
import { pastDay } from '../throughput/stub.ts';
import { uncachedWorkloads } from '../throughput/workloads.ts';
import { CONCURRENCY, TEAMS } from './t3-uncached.ts';

const DELAY_MS = [5, 10] as const;
const MAX_OVER_MS: Readonly<Record<number, number>> = { 1: 1, 50: 2.5 };

interface LatencyRow extends Row {
  readonly workload: string;
  readonly connections: number;
  readonly server: string;
  /** Null: nothing was answered. */
  readonly 'over ms': number | null;
}

/** T4: what a query adds to the slowest vendor call that it waits for. */
export function latency(options: BenchOptions): Promise<Report> {
  const day = pastDay();
  const sides = { day, agents: TEAMS * TEAM_SIZE, isCached: false, concurrency: CONCURRENCY, delayMs: DELAY_MS };
  return withServers(sides, async (bench) => {
    const rows: LatencyRow[] = [];
    for (const workload of uncachedWorkloads({ day, teams: TEAMS })) {
      for (const connections of [1, 50]) {
        const measured = await measureWorkload(bench, workload, { ...options, connections });
        rows.push(...[...measured].map(([server, rounds]) => toLatencyRow(workload.name, connections, server, rounds)));
      }
    }
    return {
      title: `T4: p50 over the slowest vendor call, vendors of ${DELAY_MS.join('–')} ms, medians of ${options.rounds} rounds`,
      tables: [{ title: 'Milliseconds', rows }],
      verdicts: toLatencyVerdicts(rows),
      notes: [
        ...bench.notes,
        'The slowest vendor call: the median of what the calls with the longest delay took in the stub, in the same round.',
      ],
    };
  });
}

export function toLatencyRow(
  workload: string,
  connections: number,
  server: string,
  rounds: readonly Measured[],
): LatencyRow {
  const answered = rounds.filter(({ requests }) => requests > 0);
  const over = median(answered.map(({ p50Ms, slowestCallMs }) => p50Ms - slowestCallMs));
  return {
    workload,
    connections,
    server,
    'p50 ms': roundTo2Decimals(medianOf(rounds, 'p50Ms')),
    'slowest call ms': roundTo2Decimals(medianOf(rounds, 'slowestCallMs')),
    'over ms': answered.length === 0 ? null : roundTo2Decimals(over),
    'p99 ms': roundTo2Decimals(medianOf(rounds, 'p99Ms')),
    'requests/s': Math.round(medianOf(rounds, 'requestsPerSecond')),
    'CPU ms': roundTo2Decimals(medianOf(rounds, 'cpuMs')),
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
  };
}

export function toLatencyVerdicts(rows: readonly LatencyRow[]): readonly Verdict[] {
  return rows
    .filter(({ server }) => server === GATEWAY)
    .map((row) => {
      const max = MAX_OVER_MS[row.connections] ?? 0;
      return {
        target: `${row.workload}, ${row.connections} connections: ≤ ${max} ms over the slowest vendor call`,
        measured: row['over ms'] === null ? 'nothing was answered' : `${row['over ms']} ms`,
        met: row['over ms'] !== null && row['over ms'] <= max,
      };
    });
}
