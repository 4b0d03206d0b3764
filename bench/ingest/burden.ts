import type { Row } from '../report.ts';
import { rounded } from '../rounds.ts';
import type { GzipFile } from './files.ts';
import { carryOut } from './order.ts';
import { assertTrue } from './truth.ts';

const MB = 1_000_000;

/** Slower than it ever reads, so that the idle process outlasts the reading one. MB/s. */
const SLOW = 50;

export interface BurdenRow extends Row {
  readonly 'added MB': number;
  readonly 'held ms': number;
  readonly 'CPU ms': number;
}

/** What reading a file costs the process beside time; the worst of the rounds. */
export async function burdenOf({ kind, path, truth }: GzipFile, rounds: number): Promise<BurdenRow> {
  const found = [];
  for (let round = 0; round < rounds; round++) {
    const [reading, idling] = await Promise.all([
      carryOut({ what: 'burden', who: 'reader', path }),
      carryOut({ what: 'idle', ms: (truth.bytes / MB / SLOW) * 1000 }),
    ]);
    assertTrue(reading.proof, truth, 'reader');
    found.push({ ...reading, idleMs: idling.heldMs });
  }
  const most = (figures: readonly number[]) => rounded(Math.max(...figures));
  return {
    file: kind,
    MB: Math.round(truth.bytes / MB),
    'added MB': most(found.map(({ addedBytes }) => addedBytes / MB)),
    'held ms': most(found.map(({ heldMs }) => heldMs)),
    'CPU ms': most(found.map(({ heldCpuMs }) => heldCpuMs)),
    'idle ms': most(found.map(({ idleMs }) => idleMs)),
  };
}
