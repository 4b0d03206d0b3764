import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { type CandidateName, candidates, runShell } from './candidates.ts';
import { assertCounts } from './expected.ts';
import { type GzipFile, KINDS, writeGzip } from './files.ts';
import { measureOverhead, type OverheadRow } from './overhead.ts';
import { runInChild } from './run-in-child.ts';

const MB = 1_000_000;
const ORDINARY_BYTES = 64 * MB;
const LARGE_BYTES = 1000 * MB;
const SMALL_BYTES = 4 * MB;

const MAX_ADDED_MB = 100;
const MAX_HOLD_MS = 50;

type SpeedsMbPerS = Readonly<Partial<Record<CandidateName, number>>>;
interface Comparison {
  readonly file: string;
  readonly wall: SpeedsMbPerS;
  readonly cpu: SpeedsMbPerS;
}

/** Measures reading LivePerson files: throughput, memory and event-loop delay. */
export async function ingest({ rounds, large, progress }: BenchOptions): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
  try {
    const names = await installedCandidates();
    const comparisons: Comparison[] = [];
    const overheads: OverheadRow[] = [];
    for (const kind of KINDS) {
      progress(kind);
      const file = await writeGzip(folder, kind, ORDINARY_BYTES);
      const small = await writeGzip(folder, kind, SMALL_BYTES);
      comparisons.push(await compare(names, file, small, rounds));
      overheads.push(await measureOverhead(file, rounds));
    }
    for (const kind of large ? KINDS : []) {
      progress(`${kind}, 1 GB`);
      const file = await writeGzip(folder, kind, LARGE_BYTES);
      overheads.push(await measureOverhead(file, 1));
      await rm(file.path);
    }
    return {
      title: 'Ingest: from gzip bytes to the cached content',
      tables: [
        { title: `Inflated MB/s, medians of ${rounds}`, rows: comparisons.map(toRow) },
        { title: 'Overhead of the reader, in a new process without warm-up', rows: overheads },
      ],
      verdicts: toVerdicts(comparisons, overheads),
      notes: [
        '“JSON.parse alone” gets documents that were inflated, decoded and split before; all others start with gzip.',
        '“CPU” compares processor time, which other processes affect less; it includes inflating for the reader.',
        '“delay ms”: the longest event-loop delay; “CPU ms”: the longest uninterrupted computation of the main thread;',
        '“idle ms”: the longest delay at the same time in an idle process, which is the machine’s share.',
        ...(names.includes('zcat | jq -c') ? [] : ['jq is not installed: skipped.']),
        ...(large ? [] : ['With --large, files of 1 GB are measured, too.']),
      ],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function installedCandidates(): Promise<readonly CandidateName[]> {
  const all = Object.keys(candidates) as CandidateName[];
  return (await runShell('command -v jq')) === '' ? all.filter((name) => name !== 'zcat | jq -c') : all;
}

async function compare(
  names: readonly CandidateName[],
  file: GzipFile,
  small: GzipFile,
  rounds: number,
): Promise<Comparison> {
  const measure = async (name: CandidateName, target: GzipFile) => {
    const outcome = await runInChild({ kind: 'timing', candidate: name, path: target.path });
    assertCounts(outcome.counts, target.expected, name);
    return outcome;
  };
  // Verify every candidate before measuring it.
  for (const name of names) await measure(name, small);
  const outcomes = await interleave(names, rounds, (name) => measure(name, file));
  const speeds = (time: 'ms' | 'cpuMs'): SpeedsMbPerS =>
    Object.fromEntries(
      [...outcomes].map(([name, all]) => [
        name,
        file.expected.bytes / MB / (median(all.map((outcome) => outcome[time])) / 1000),
      ]),
    );
  return { file: file.kind, wall: speeds('ms'), cpu: speeds('cpuMs') };
}

function toRow({ file, wall, cpu }: Comparison): Row {
  return {
    file,
    ...Object.fromEntries(Object.entries(wall).map(([name, speed]) => [name, Math.round(speed)])),
    '÷ parse': speedRatio(wall, 'JSON.parse alone'),
    '÷ parse, CPU': speedRatio(cpu, 'JSON.parse alone'),
    '÷ jq': speedRatio(wall, 'zcat | jq -c'),
  };
}

/** Returns the reader's speed relative to another candidate; null if that was not measured. */
function speedRatio(speeds: SpeedsMbPerS, baseline: CandidateName): number | null {
  const { reader, [baseline]: other } = speeds;
  return reader === undefined || other === undefined ? null : roundTo2Decimals(reader / other);
}

function toVerdicts(comparisons: readonly Comparison[], overheads: readonly OverheadRow[]): readonly Verdict[] {
  const atLeast = (what: string, baseline: CandidateName, minRatio: number): readonly Verdict[] => {
    const ratios = comparisons.flatMap(({ file, wall, cpu }) => {
      const ratio = speedRatio(wall, baseline);
      return ratio === null ? [] : [{ file, ratio, cpuRatio: speedRatio(cpu, baseline) ?? NaN }];
    });
    if (ratios.length === 0) return [];
    const figures = ratios.map(({ file, ratio, cpuRatio }) => `${file} ${ratio} × (CPU ${cpuRatio} ×)`);
    const met = ratios.every(({ ratio }) => ratio >= minRatio);
    return [{ target: `T6 at least ${minRatio} × ${what}, for every layout`, measured: figures.join('; '), met }];
  };
  const max = (column: keyof OverheadRow & string) => Math.max(...overheads.map((row) => Number(row[column])));
  return [
    ...atLeast('JSON.parse alone', 'JSON.parse alone', 0.6),
    ...atLeast('zcat | jq -c', 'zcat | jq -c', 5),
    {
      target: `T6 at most ${MAX_ADDED_MB} MB of added memory, for every size`,
      measured: `${max('added MB')} MB`,
      met: max('added MB') <= MAX_ADDED_MB,
    },
    {
      target: `T6 event loop never held for more than ${MAX_HOLD_MS} ms while a file is read`,
      measured: `longest computation ${max('CPU ms')} ms; longest delay ${max('delay ms')} ms, ${max('idle ms')} ms in an idle process`,
      met: max('CPU ms') <= MAX_HOLD_MS,
    },
  ];
}
