import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import { type OverheadRow, measureOverhead } from './overhead.ts';
import { type CandidateName, candidates, runShell } from './candidates.ts';
import { type GzipFile, KINDS, writeGzip } from './files.ts';
import { runInChild } from './run-in-child.ts';
import { assertCounts } from './expected.ts';

const MB = 1_000_000;
const ORDINARY_BYTES = 64 * MB;
const LARGE_BYTES = 1000 * MB;
const SMALL_BYTES = 4 * MB;

/** MB/s. */
type Speeds = Readonly<Partial<Record<CandidateName, number>>>;
interface Comparison {
  readonly file: string;
  readonly wall: Speeds;
  readonly cpu: Speeds;
}

/** Reading files of LivePerson's kind: how fast, how much memory, how long the event loop is held. */
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
      title: 'Ingest: from gzip bytes to what is kept of them',
      tables: [
        { title: `Inflated MB/s, medians of ${rounds}`, rows: comparisons.map(toRow) },
        { title: 'The reader’s burden, in a process of its own that has read nothing before', rows: overheads },
      ],
      verdicts: toVerdicts(comparisons, overheads),
      notes: [
        '“JSON.parse alone” gets documents that were inflated, decoded and cut before; all others begin with gzip.',
        '“CPU” compares processor time, which other processes disturb less; inflating counts against the reader.',
        '“held”: the longest delay of the event loop; “CPU”: what the main thread computed of it; “idle”: the longest',
        'delay, at the same time, in a process that does nothing, which is what the machine itself adds.',
        ...(names.includes('zcat | jq -c') ? [] : ['jq is not installed: it is left out.']),
        ...(large ? [] : ['With --large, files of 1 GB are read as well.']),
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
  // Nobody is measured who does not get it right.
  for (const name of names) await measure(name, small);
  const outcomes = await interleave(names, rounds, (who) => measure(who, file));
  const speeds = (time: 'ms' | 'cpuMs'): Speeds =>
    Object.fromEntries(
      [...outcomes].map(([who, all]) => [
        who,
        file.expected.bytes / MB / (median(all.map((outcome) => outcome[time])) / 1000),
      ]),
    );
  return { file: file.kind, wall: speeds('ms'), cpu: speeds('cpuMs') };
}

function toRow({ file, wall, cpu }: Comparison): Row {
  return {
    file,
    ...Object.fromEntries(Object.entries(wall).map(([who, speed]) => [who, Math.round(speed)])),
    '÷ parse': speedRatio(wall, 'JSON.parse alone'),
    '÷ parse, CPU': speedRatio(cpu, 'JSON.parse alone'),
    '÷ jq': speedRatio(wall, 'zcat | jq -c'),
  };
}

/** How many times as fast as a rival the reader is; null where the rival was not there. */
function speedRatio(speeds: Speeds, rival: CandidateName): number | null {
  const { reader, [rival]: other } = speeds;
  return reader === undefined || other === undefined ? null : roundTo2Decimals(reader / other);
}

function toVerdicts(comparisons: readonly Comparison[], overheads: readonly OverheadRow[]): readonly Verdict[] {
  const slowest = (time: 'wall' | 'cpu', rival: CandidateName) =>
    Math.min(...comparisons.map((comparison) => speedRatio(comparison[time], rival) ?? Infinity));
  const [parse, parseCpu] = [slowest('wall', 'JSON.parse alone'), slowest('cpu', 'JSON.parse alone')];
  const jq = slowest('wall', 'zcat | jq -c');
  const max = (column: keyof OverheadRow & string) => Math.max(...overheads.map((row) => Number(row[column])));
  return [
    {
      target: 'at least 0.8 × JSON.parse alone, whatever the layout',
      measured: `${parse} × (${parseCpu} × by processor time) on the slowest`,
      met: parse >= 0.8,
    },
    ...(jq === Infinity
      ? []
      : [{ target: 'at least 5 × zcat | jq -c', measured: `${jq} × on the slowest`, met: jq >= 5 }]),
    {
      target: 'at most 100 MB of added memory, whatever the size',
      measured: `${max('added MB')} MB`,
      met: max('added MB') <= 100,
    },
    {
      target: 'the event loop never held over 50 ms',
      measured: `${max('held ms')} ms, ${max('CPU ms')} ms of them computing`,
      met: max('held ms') <= 50,
    },
  ];
}
