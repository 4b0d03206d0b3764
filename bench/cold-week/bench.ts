import { gunzipSync } from 'node:zlib';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row } from '../report.ts';
import { startFileServer } from './file-server.ts';
import { AGENTS, DAYS, generateFiles, type WeekFile } from './files.ts';
import { type QueryCost, queryWeeks } from './query-week.ts';

const MB = 1_000_000;
const MODES = ['patterns on', 'patterns off'] as const;
type Mode = (typeof MODES)[number];

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
    const costs = await interleave(MODES, rounds, (mode) => {
      progress(mode);
      return queryWeeks({ vendorUrl: server.url, patterns: mode === 'patterns on' });
    });
    assertSameResponses([...costs.values()].flat());
    const speedups = WEEK_NAMES.map((_name, week) => speedup(costs, week, 'cpuMs'));
    return {
      title: `A cold week: sessions of ${AGENTS} agents for ${DAYS} days in one query`,
      tables: [{ title: `Seconds of ${rounds} runs each: median (min–max)`, rows: toRows(costs) }],
      verdicts: [
        {
          target: `patterns make at least ${MIN_SPEEDUP} × of the same without, by processor time`,
          measured: speedups.map((ratio, week) => `${ratio} × in the ${WEEK_NAMES[week] ?? ''}`).join(', '),
          met: Math.min(...speedups) >= MIN_SPEEDUP,
        },
      ],
      notes: [
        describeFiles(files),
        'CPU: user and system time of all threads of the gateway process, whose vendor and client are another process.',
        'Both modes must return the same bytes.',
      ],
    };
  } finally {
    server.stop();
  }
}

type Costs = ReadonlyMap<Mode, readonly (readonly QueryCost[])[]>;

function toRows(costs: Costs): readonly Row[] {
  return WEEK_NAMES.flatMap((name, week) =>
    (['cpuMs', 'wallMs'] as const).map((figure) => ({
      week: name,
      figure: figure === 'cpuMs' ? 'CPU' : 'wall',
      ...Object.fromEntries(MODES.map((mode) => [mode, describe(seconds(costs, mode, week, figure))])),
      'off ÷ on': speedup(costs, week, figure),
    })),
  );
}

function describe(figures: readonly number[]): string {
  const [middle, min, max] = [median(figures), Math.min(...figures), Math.max(...figures)].map((s) => s.toFixed(1));
  return `${middle} (${min}–${max})`;
}

function speedup(costs: Costs, week: number, figure: 'cpuMs' | 'wallMs'): number {
  const [on, off] = MODES.map((mode) => median(seconds(costs, mode, week, figure)));
  return roundTo2Decimals((off ?? NaN) / (on ?? NaN));
}

function seconds(costs: Costs, mode: Mode, week: number, figure: 'cpuMs' | 'wallMs'): readonly number[] {
  return (costs.get(mode) ?? []).map((weeks) => (weeks[week]?.[figure] ?? NaN) / 1000);
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
