import { median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Plot, Row, Verdict } from '../report.ts';
import { type BenchProcess, LOAD_CORE } from '../throughput/process.ts';
import type { Workload } from '../throughput/workloads.ts';
import { runLoad } from '../throughput/wrk.ts';

/** A larger one costs at most this much more for each returned object. */
const MAX_GROWTH = 1.3;

/** What an object of a response costs, by the size of something. */
export interface SizeCost {
  readonly size: number;
  readonly objects: number;
  readonly requestMs: number;
}

/** The gateway's processor time for a request under load. */
export async function measureCpu(
  server: BenchProcess,
  workload: Workload,
  scriptFile: string,
  { seconds, connections }: Pick<BenchOptions, 'seconds'> & { readonly connections: number },
): Promise<number> {
  const before = server.cpuMs();
  const { requests } = await runLoad({ ...server, workload, seconds, connections, scriptFile, core: LOAD_CORE });
  return (server.cpuMs() - before) / requests;
}

export function medianCost(size: number, objects: number, requestMs: readonly number[]): SizeCost {
  return { size, objects, requestMs: median(requestMs) };
}

export function costPerObject({ requestMs, objects }: SizeCost): number {
  return (requestMs / objects) * 1000;
}

export function toRow(measured: string, cost: SizeCost): Row {
  return {
    measured,
    size: cost.size,
    objects: cost.objects,
    'CPU ms a request': roundTo2Decimals(cost.requestMs),
    'µs an object': roundTo2Decimals(costPerObject(cost)),
  };
}

/** The largest size against the cheapest of the others: a fixed cost of each request makes small ones expensive. */
export function toGrowthVerdict(target: string, costs: readonly SizeCost[], size: number): Verdict {
  const sorted = costs.toSorted((a, b) => a.size - b.size);
  const largest = sorted.at(-1);
  const others = sorted.slice(0, -1).map(costPerObject);
  // A size that could not be measured must not let a smaller one count as the largest.
  if (largest?.size !== size || others.length === 0) return { target, measured: 'not measured', met: null };
  const growth = costPerObject(largest) / Math.min(...others);
  if (!Number.isFinite(growth)) return { target, measured: 'no request was answered', met: null };
  return {
    target: `${target}: ≤ ${MAX_GROWTH} ×`,
    measured: `${roundTo2Decimals(growth)} ×`,
    met: growth <= MAX_GROWTH,
  };
}

export function toGrowthPlot(name: string, xLabel: string, costs: readonly SizeCost[]): Plot {
  return {
    name: `T8-${name}`,
    title: `Processor time of a returned object by ${xLabel}`,
    xLabel,
    yLabel: 'µs an object',
    series: [{ name: 'Switchboard', points: costs.map((cost) => [cost.size, costPerObject(cost)]) }],
  };
}
