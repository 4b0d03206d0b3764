import { interleave } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import { createAgents } from '../stub/company.ts';
import { assertAnswers } from '../throughput/answers.ts';
import { startGateway } from '../throughput/gateway.ts';
import type { BenchProcess } from '../throughput/process.ts';
import type { Workload } from '../throughput/workloads.ts';
import { measureCpu, medianCost, type SizeCost } from './size-cost.ts';

const SIZES = ['10', '100', '1000', '10000'];
const PAGE = 10;
const CONNECTIONS = 10;

/** A page of the same length from directories of other lengths, with a new text each time. No vendor is called. */
const page: Workload = {
  name: 'page of agents',
  query: `{ agents_x@NUMBER@: agents(first: ${PAGE}) { nodes { id key name email } } }`,
  variables: {},
  teams: 1,
  expected: () => ({ agents: { nodes: createAgents(PAGE).map(({ key, name, email }) => ({ key, name, email })) } }),
};

export interface AgentGrowth {
  readonly costs: readonly SizeCost[];
  readonly starts: readonly { readonly agents: number; readonly startMs: number; readonly rssMb: number }[];
}

export async function measureAgents(folder: string, vendorUrl: string, options: BenchOptions): Promise<AgentGrowth> {
  const servers = new Map<string, BenchProcess>();
  try {
    for (const size of SIZES) {
      options.progress(`directory of ${size} agents`);
      const server = await startGateway({ folder, vendorUrl, agents: Number(size) });
      servers.set(size, server);
      await assertAnswers(server, page);
    }
    const run = async (size: string): Promise<number> => {
      options.progress(`page of a directory of ${size}`);
      const server = servers.get(size);
      if (!server) throw new Error(`no server of ${size}`);
      return measureCpu(server, page, `${folder}/agents.lua`, { ...options, connections: CONNECTIONS });
    };
    // Compiles what is hot.
    for (const size of SIZES) await run(size);
    const measured = await interleave(SIZES, options.rounds, run);
    return {
      costs: SIZES.map((size) => medianCost(Number(size), PAGE, measured.get(size) ?? [])),
      starts: [...servers].map(([size, server]) => ({
        agents: Number(size),
        startMs: Math.round(server.startMs),
        rssMb: Math.round(server.rssMb()),
      })),
    };
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}
