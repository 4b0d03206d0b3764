import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureAgents } from '../growth/agents.ts';
import { measureFiles } from '../growth/files.ts';
import { measurePeriods } from '../growth/periods.ts';
import { measureProcesses } from '../growth/processes.ts';
import { toGrowthPlot, toGrowthVerdict, toRow } from '../growth/size-cost.ts';
import type { BenchOptions } from '../options.ts';
import type { Report } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { pastDay, startStub } from '../throughput/stub.ts';

/** T8: cost of a returned object by the size of the directory, of the response and of LivePerson's files; two processes. */
export async function growth(options: BenchOptions): Promise<Report> {
  const day = pastDay();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const stub = await startStub({ day, agents: TEAM_SIZE });
  try {
    const agents = await measureAgents(folder, stub.url, options);
    const periods = await measurePeriods(folder, day, options);
    const files = await measureFiles(folder, options);
    const processes = await measureProcesses(folder, stub.url, day, options);
    const series = [
      ['agents', 'agents in the directory', agents.costs, 10_000],
      ['periods', 'periods in the response', periods, 10_000],
      ['files-cold', 'LivePerson files, cold', files.cold, 500],
      ['files-warm', 'LivePerson files, cached', files.warm, 500],
    ] as const;
    return {
      title: `T8: growth, processor time of the gateway, medians of ${options.rounds} rounds`,
      tables: [
        { title: 'Cost by size', rows: series.flatMap(([, label, costs]) => costs.map((cost) => toRow(label, cost))) },
        { title: 'Start by the size of the directory', rows: agents.starts },
        { title: 'Processes', rows: processes.rows },
      ],
      verdicts: [
        ...series.map(([, label, costs, largest]) => toGrowthVerdict(label, costs, largest)),
        ...processes.verdicts,
      ],
      notes: [
        ...files.notes,
        ...processes.notes,
        'Growth: µs an object at the largest size, against the cheapest smaller size.',
        'Files: 20 sessions each. The query for 500 of them needs limits.maxVendorCalls: 2000.',
      ],
      plots: series.map(([name, label, costs]) => toGrowthPlot(name, label, costs)),
    };
  } finally {
    await stub.stop();
    rmSync(folder, { recursive: true });
  }
}
