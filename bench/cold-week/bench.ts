import { gunzipSync } from 'node:zlib';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { startFileServer } from './file-server.ts';
import { AGENTS, DAYS, generateFiles, type WeekFile } from './files.ts';
import { downloadWeeks, type QueryCost, queryWeeks } from './query-week.ts';

const MB = 1_000_000;
const MODES = ['patterns on', 'patterns off'] as const;
const BASELINE = 'download + inflate';
const CANDIDATES = [...MODES, BASELINE] as const;
type Candidate = (typeof CANDIDATES)[number];

/** Target T6. */
const MAX_DOWNLOAD_RATIO = 1.5;
const MAX_HOLD_MS = 50;

/** Below this, the learned fast path would not be worth its code: see docs/decisions. */
const MIN_SPEEDUP = 1.3;

/** The first week of a process has its code compiled as well; the second is what a process that lives long pays. */
const WEEK_NAMES = ['first week', 'second week'];

/** The sessions of 500 agents for 7 days, end to end and with cold caches: with and without the learned fast path. */
export async function coldWeek({ rounds, progress }: BenchOptions): Promise<Report> {
  progress('generating files');
  const files = generateFiles();
  const server = await startFileServer(files);
  try {
    const costs = await interleave(CANDIDATES, rounds, (candidate) => {
      progress(candidate);
      return candidate === BASELINE
        ? downloadWeeks(server.url)
        : queryWeeks({ vendorUrl: server.url, patterns: candidate === 'patterns on' });
    });
    assertSameResponses(MODES.flatMap((mode) => costs.get(mode) ?? []));
    assertSameResponses(costs.get(BASELINE) ?? []);
    const speedups = WEEK_NAMES.map((_name, week) => ratio(costs, ['patterns off', 'patterns on'], week, 'cpuMs'));
    return {
      title: `A cold week: sessions of ${AGENTS} agents for ${DAYS} days in one query`,
      tables: [{ title: `Seconds of ${rounds} runs each: median (min–max)`, rows: toRows(costs) }],
      verdicts: [
        ...toTargetVerdicts(costs),
        {
          target: `patterns make at least ${MIN_SPEEDUP} × of the same without, by processor time`,
          measured: speedups.map((speedup, week) => `${speedup} × in the ${WEEK_NAMES[week] ?? ''}`).join(', '),
          met: Math.min(...speedups) >= MIN_SPEEDUP,
        },
      ],
      notes: [
        describeFiles(files),
        'CPU: user and system time of all threads of the gateway process, whose vendor and client are another process.',
        'Both modes must return the same bytes. “download + inflate” is a process that does nothing else.',
        '“Longest computation”: of the gateway’s main thread, by processor time; the first week includes compiling.',
      ],
    };
  } finally {
    server.stop();
  }
}

type Costs = ReadonlyMap<Candidate, readonly (readonly QueryCost[])[]>;
type Figure = 'cpuMs' | 'wallMs';

function toRows(costs: Costs): readonly Row[] {
  return WEEK_NAMES.flatMap((name, week) =>
    (['cpuMs', 'wallMs'] as const).map((figure) => ({
      week: name,
      figure: figure === 'cpuMs' ? 'CPU' : 'wall',
      ...Object.fromEntries(
        CANDIDATES.map((candidate) => [candidate, describe(seconds(costs, candidate, week, figure))]),
      ),
      'off ÷ on': ratio(costs, ['patterns off', 'patterns on'], week, figure),
      'on ÷ download': ratio(costs, ['patterns on', BASELINE], week, figure),
    })),
  );
}

function toTargetVerdicts(costs: Costs): readonly Verdict[] {
  const ratios = WEEK_NAMES.map((name, week) => {
    const [wall, cpu] = (['wallMs', 'cpuMs'] as const).map((figure) =>
      ratio(costs, ['patterns on', BASELINE], week, figure),
    );
    return { text: `${name} ${wall ?? NaN} × (CPU ${cpu ?? NaN} ×)`, wall: wall ?? NaN };
  });
  const holds = WEEK_NAMES.map((_name, week) =>
    Math.round(Math.max(...(costs.get('patterns on') ?? []).map((weeks) => weeks[week]?.maxHoldMs ?? NaN))),
  );
  return [
    {
      target: `T6 a cold week within ${MAX_DOWNLOAD_RATIO} × of downloading and inflating its files`,
      measured: ratios.map(({ text }) => text).join('; '),
      met: ratios.every(({ wall }) => wall <= MAX_DOWNLOAD_RATIO),
    },
    {
      target: `T6 event loop never held for more than ${MAX_HOLD_MS} ms by a cold week`,
      measured: holds.map((hold, week) => `${WEEK_NAMES[week] ?? ''}: longest computation ${hold} ms`).join('; '),
      met: holds.every((hold) => hold <= MAX_HOLD_MS),
    },
  ];
}

function describe(figures: readonly number[]): string {
  const [middle, min, max] = [median(figures), Math.min(...figures), Math.max(...figures)].map((s) => s.toFixed(1));
  return `${middle} (${min}–${max})`;
}

function ratio(costs: Costs, [of, to]: readonly [Candidate, Candidate], week: number, figure: Figure): number {
  const [first, second] = [of, to].map((candidate) => median(seconds(costs, candidate, week, figure)));
  return roundTo2Decimals((first ?? NaN) / (second ?? NaN));
}

function seconds(costs: Costs, candidate: Candidate, week: number, figure: Figure): readonly number[] {
  return (costs.get(candidate) ?? []).map((weeks) => (weeks[week]?.[figure] ?? NaN) / 1000);
}

function assertSameResponses(runs: readonly (readonly QueryCost[])[]): void {
  for (const week of WEEK_NAMES.keys()) {
    if (new Set(runs.map((weeks) => weeks[week]?.response)).size > 1)
      throw new Error('the modes returned different responses');
  }
}

function describeFiles(files: readonly WeekFile[]): string {
  const [compressed, inflated] = [
    files.reduce((sum, { gzip }) => sum + gzip.length, 0),
    files.reduce((sum, { gzip }) => sum + gunzipSync(gzip).length, 0),
  ].map((bytes) => Math.round(bytes / MB));
  return `Two weeks have ${files.length} files: ${compressed ?? 0} MB of gzip, ${inflated ?? 0} MB inflated.`;
}
