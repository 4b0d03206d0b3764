import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { inTurns, median, rounded } from '../rounds.ts';
import { type BurdenRow, burdenOf } from './burden.ts';
import { type ContestantName, contestants, outputOf } from './contestants.ts';
import { type GzipFile, KINDS, writeGzip } from './files.ts';
import { carryOut } from './order.ts';
import { assertTrue } from './truth.ts';

const MB = 1_000_000;
const ORDINARY = 64 * MB;
const LARGE = 1000 * MB;
const SMALL = 4 * MB;

/** MB/s. */
type Speeds = Readonly<Partial<Record<ContestantName, number>>>;
interface Race {
  readonly file: string;
  readonly wall: Speeds;
  readonly cpu: Speeds;
}

/** Reading files of LivePerson's kind: how fast, how much memory, how long the event loop is held. */
export async function ingest({ rounds, large, progress }: Options): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
  try {
    const names = await installed();
    const races: Race[] = [];
    const burdens: BurdenRow[] = [];
    for (const kind of KINDS) {
      progress(kind);
      const file = await writeGzip(folder, kind, ORDINARY);
      const small = await writeGzip(folder, kind, SMALL);
      races.push(await race(names, file, small, rounds));
      burdens.push(await burdenOf(file, rounds));
    }
    for (const kind of large ? KINDS : []) {
      progress(`${kind}, 1 GB`);
      const file = await writeGzip(folder, kind, LARGE);
      burdens.push(await burdenOf(file, 1));
      await rm(file.path);
    }
    return {
      title: 'Ingest: from gzip bytes to what is kept of them',
      tables: [
        { title: `Inflated MB/s, medians of ${rounds}`, rows: races.map(rowOf) },
        { title: 'The reader’s burden, in a process of its own that has read nothing before', rows: burdens },
      ],
      verdicts: verdictsOn(races, burdens),
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

async function installed(): Promise<readonly ContestantName[]> {
  const all = Object.keys(contestants) as ContestantName[];
  return (await outputOf('command -v jq')) === '' ? all.filter((name) => name !== 'zcat | jq -c') : all;
}

async function race(names: readonly ContestantName[], file: GzipFile, small: GzipFile, rounds: number): Promise<Race> {
  const measure = async (who: ContestantName, on: GzipFile) => {
    const outcome = await carryOut({ what: 'race', who, path: on.path });
    assertTrue(outcome.proof, on.truth, who);
    return outcome;
  };
  // Nobody is measured who does not get it right.
  for (const who of names) await measure(who, small);
  const outcomes = await inTurns(names, rounds, (who) => measure(who, file));
  const speeds = (time: 'ms' | 'cpuMs'): Speeds =>
    Object.fromEntries(
      [...outcomes].map(([who, all]) => [who, file.truth.bytes / MB / (median(all.map((one) => one[time])) / 1000)]),
    );
  return { file: file.kind, wall: speeds('ms'), cpu: speeds('cpuMs') };
}

function rowOf({ file, wall, cpu }: Race): Row {
  return {
    file,
    ...Object.fromEntries(Object.entries(wall).map(([who, speed]) => [who, Math.round(speed)])),
    '÷ parse': ratio(wall, 'JSON.parse alone'),
    '÷ parse, CPU': ratio(cpu, 'JSON.parse alone'),
    '÷ jq': ratio(wall, 'zcat | jq -c'),
  };
}

/** How many times as fast as a rival the reader is; null where the rival was not there. */
function ratio(speeds: Speeds, rival: ContestantName): number | null {
  const { reader, [rival]: other } = speeds;
  return reader === undefined || other === undefined ? null : rounded(reader / other);
}

function verdictsOn(races: readonly Race[], burdens: readonly BurdenRow[]): readonly Verdict[] {
  const slowest = (time: 'wall' | 'cpu', rival: ContestantName) =>
    Math.min(...races.map((one) => ratio(one[time], rival) ?? Infinity));
  const [parse, parseCpu] = [slowest('wall', 'JSON.parse alone'), slowest('cpu', 'JSON.parse alone')];
  const jq = slowest('wall', 'zcat | jq -c');
  const most = (column: keyof BurdenRow & string) => Math.max(...burdens.map((row) => Number(row[column])));
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
      measured: `${most('added MB')} MB`,
      met: most('added MB') <= 100,
    },
    {
      target: 'the event loop never held over 50 ms',
      measured: `${most('held ms')} ms, ${most('CPU ms')} ms of them computing`,
      met: most('held ms') <= 50,
    },
  ];
}
