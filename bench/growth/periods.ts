import { interleave } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import { post, toBody } from '../throughput/answers.ts';
import { startGateway } from '../throughput/gateway.ts';
import type { BenchProcess } from '../throughput/process.ts';
import { startStub } from '../throughput/stub.ts';
import { newWorkloads, type Workload } from '../throughput/workloads.ts';
import { takeNumber } from '../throughput/wrk.ts';
import { measureCpu, medianCost, type SizeCost } from './size-cost.ts';

/** Agents and periods of each, by the periods of a response. */
const SHAPES: Readonly<Record<string, readonly [agents: number, periods: number]>> = {
  '10': [1, 10],
  '100': [2, 50],
  '1000': [10, 100],
  '10000': [20, 500],
};
const CONNECTIONS = 2;

/** Cost of a status period by the number of periods in the response, with new variables each time, on a warm cache. */
export async function measurePeriods(folder: string, day: string, options: BenchOptions): Promise<readonly SizeCost[]> {
  const workload = newWorkloads({ day }).find(({ name }) => name === 'W2b1');
  if (!workload) throw new Error('no workload W2b1');
  const servers = new Map<string, BenchProcess>();
  const all: BenchProcess[] = [];
  try {
    for (const [size, [agents, periods]] of Object.entries(SHAPES)) {
      options.progress(`${size} periods`);
      const stub = await startStub({ day, agents, periods });
      all.push(stub);
      const server = await startGateway({ folder, vendorUrl: stub.url, agents });
      all.push(server);
      servers.set(size, server);
      await assertCount(server, workload, Number(size));
    }
    const run = async (size: string): Promise<number> => {
      options.progress(`response of ${size} periods`);
      const server = servers.get(size);
      if (!server) throw new Error(`no server of ${size}`);
      return measureCpu(server, workload, `${folder}/periods.lua`, { ...options, connections: CONNECTIONS });
    };
    const sizes = [...servers.keys()];
    for (const size of sizes) await run(size);
    const measured = await interleave(sizes, options.rounds, run);
    return sizes.map((size) => medianCost(Number(size), Number(size), measured.get(size) ?? []));
  } finally {
    for (const each of all) await each.stop();
  }
}

interface PeriodsData {
  readonly agents: { readonly nodes: readonly { readonly statusPeriods: { readonly nodes: readonly unknown[] } }[] };
}

async function assertCount(server: BenchProcess, workload: Workload, count: number): Promise<void> {
  const { data } = JSON.parse(await post(server, toBody(workload, takeNumber()))) as { readonly data: PeriodsData };
  const returned = data.agents.nodes.reduce((sum, { statusPeriods }) => sum + statusPeriods.nodes.length, 0);
  if (returned !== count) throw new Error(`the gateway returned ${returned} of ${count} periods`);
}
