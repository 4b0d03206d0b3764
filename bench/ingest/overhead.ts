import { roundTo2Decimals } from '../measure.ts';
import type { Row } from '../report.ts';
import { assertCounts } from './expected.ts';
import type { GzipFile } from './files.ts';
import { runInChild } from './run-in-child.ts';

const MB = 1_000_000;

/** Slower than the reader ever is, so that the idle process outlasts the reading one. */
const MIN_READ_MB_PER_S = 50;

export interface OverheadRow extends Row {
  readonly 'added MB': number;
  readonly 'delay ms': number;
  readonly 'CPU ms': number;
}

/** Measures memory and event-loop delay while reading a file; returns the worst of the rounds. */
export async function measureOverhead({ kind, path, expected }: GzipFile, rounds: number): Promise<OverheadRow> {
  const outcomes = [];
  for (let round = 0; round < rounds; round++) {
    const [reading, idling] = await Promise.all([
      runInChild({ kind: 'overhead', candidate: 'reader', path }),
      runInChild({ kind: 'idle', ms: (expected.bytes / MB / MIN_READ_MB_PER_S) * 1000 }),
    ]);
    assertCounts(reading.counts, expected, 'reader');
    outcomes.push({ ...reading, idleMs: idling.maxLoopDelayMs });
  }
  const maxOf = (figures: readonly number[]) => roundTo2Decimals(Math.max(...figures));
  return {
    file: kind,
    MB: Math.round(expected.bytes / MB),
    'added MB': maxOf(outcomes.map(({ addedBytes }) => addedBytes / MB)),
    'delay ms': maxOf(outcomes.map(({ maxLoopDelayMs }) => maxLoopDelayMs)),
    'CPU ms': maxOf(outcomes.map(({ maxLoopCpuMs }) => maxLoopCpuMs)),
    'idle ms': maxOf(outcomes.map(({ idleMs }) => idleMs)),
  };
}
