import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Table } from '../report.ts';
import { answers, type WorkloadName } from './answers.ts';
import { BASELINE, candidates, CONCURRENCY } from './candidates.ts';
import type { Figures } from './worker.ts';

const CALLS: Readonly<Record<WorkloadName, number>> = { small: 15_000, page: 1500 };

/** What one call to a vendor costs, beside undici and fetch by themselves. */
export async function vendorCall({ rounds, progress }: BenchOptions): Promise<Report> {
  const stub = start('stub.ts', []);
  try {
    const [vendorUrl] = (await once(stub, 'message')) as [string];
    const tables: Table[] = [];
    for (const workload of ['small', 'page'] as const) {
      const figures = await interleave(Object.keys(candidates[workload]), rounds, (name) => {
        progress(`${workload} ${name}`);
        return measure([vendorUrl, workload, name, String(CALLS[workload])]);
      });
      tables.push({
        title: `${workload}: an answer of ${Buffer.byteLength(answers[workload])} bytes`,
        rows: toRows(figures),
      });
    }
    return {
      title: `One vendor call: processor time on warm connections, ${CONCURRENCY} at a time, medians of ${rounds} rounds`,
      tables,
      verdicts: [],
      notes: ['Processor time of the whole process, the kernel’s share included; every candidate parses the answer.'],
    };
  } finally {
    stub.kill();
  }
}

function start(script: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

async function measure(args: readonly string[]): Promise<Figures> {
  const worker = start('worker.ts', args);
  const figures = new Promise<Figures>((resolve, reject) => {
    worker.once('message', (message) => {
      resolve(message as Figures);
    });
    worker.once('exit', (code) => {
      reject(new Error(`the worker exited with ${code ?? 'a signal'}`));
    });
  });
  const exited = once(worker, 'exit');
  const result = await figures;
  await exited;
  return result;
}

function toRows(figures: ReadonlyMap<string, readonly Figures[]>): readonly Row[] {
  const cpuOf = (name: string): number => median((figures.get(name) ?? []).map(({ cpuUs }) => cpuUs));
  return [...figures].map(([name, rounds]) => ({
    candidate: name,
    'CPU µs': roundTo2Decimals(cpuOf(name)),
    ratio: roundTo2Decimals(cpuOf(name) / cpuOf(BASELINE)),
    'wall µs': roundTo2Decimals(median(rounds.map(({ wallUs }) => wallUs))),
  }));
}
