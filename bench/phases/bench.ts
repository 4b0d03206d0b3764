import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row } from '../report.ts';
import type { PhaseTimes } from './worker.ts';

const CASES = {
  'W1, same text': ['W1', 'same text'],
  'W1, new text': ['W1', 'new text'],
  'W2, same text': ['W2', 'same text'],
  'W2, new text': ['W2', 'new text'],
} as const;
type Case = keyof typeof CASES;

const PHASES = [
  'parse',
  'limits',
  'validate',
  'prepare',
  'estimate items',
  'context',
  'plan',
  'execute',
  'serialise',
  'all, in Apollo Server',
];

/** What a query over data in memory spends in each phase of the GraphQL layer. */
export async function phases({ rounds, progress }: BenchOptions): Promise<Report> {
  const figures = await interleave(Object.keys(CASES) as Case[], rounds, (name) => {
    progress(name);
    return measure(name);
  });
  return {
    title: `Phases of a query in the GraphQL layer: processor time, medians of ${rounds} rounds`,
    tables: [{ title: 'Microseconds of CPU a query', rows: PHASES.map((phase) => toRow(phase, figures)) }],
    verdicts: [],
    notes: [
      'Each phase is measured by itself, and the garbage that it makes is collected in any of them.',
      'The last row is a query from the parsed JSON of its request to the text of its answer; of a text that returns, phases are left out.',
    ],
  };
}

async function measure(name: Case): Promise<PhaseTimes> {
  const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), CASES[name], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const exited = once(worker, 'exit');
  const [times] = (await Promise.race([once(worker, 'message'), exited])) as [PhaseTimes | number];
  if (typeof times === 'number') throw new Error(`the worker exited with ${times}`);
  await exited;
  return times;
}

function toRow(phase: string, figures: ReadonlyMap<Case, readonly PhaseTimes[]>): Row {
  const medians = [...figures].map(([name, rounds]) => {
    const times = rounds.flatMap((round) => round[phase] ?? []);
    return [name, times.length === 0 ? null : roundTo2Decimals(median(times))] as const;
  });
  return { phase, ...Object.fromEntries(medians) };
}
