import type { Machine } from '../../machine.ts';
import { roundTo2Decimals } from '../../measure.ts';
import { formatReport, type Row } from '../../report.ts';
import { checkRefusedShare } from './checks/refusal.ts';
import type { TargetFigures } from './clients.ts';
import type { EpisodeSpan } from './episodes.ts';
import type { LogScan } from './log-scan.ts';
import { type MemorySample, memoryTrend, MIN_MEMORY_MINUTES } from './memory.ts';
import { type CallRow, countCalls, type CountedCall, isExcessive } from './vendor-calls.ts';
import { groupViolations, type Violation, type ViolationGroup } from './violations.ts';

/** Everything that a run has recorded. */
export interface FleetRun {
  readonly runStartedAt: number;
  readonly minutes: number;
  readonly machine: Machine;
  readonly targets: readonly { readonly gateway: string; readonly figures: TargetFigures }[];
  readonly samples: ReadonlyMap<string, readonly MemorySample[]>;
  readonly exitCodes: ReadonlyMap<string, number | null>;
  readonly calls: { readonly fleet: readonly CountedCall[]; readonly single: readonly CountedCall[] };
  readonly spans: readonly EpisodeSpan[];
  /** When a gateway did not use Redis, killed or not. */
  readonly withoutRedis: readonly EpisodeSpan[];
  readonly accounts: readonly { readonly name: string; readonly vendor: string }[];
  readonly faultsSeen: readonly { readonly account: string; readonly at: number }[];
  readonly violations: readonly Violation[];
  readonly logs: readonly (LogScan & { readonly gateway: string })[];
  readonly ttlMs: { readonly statuses: number; readonly interactions: number };
}

export interface FleetSummary {
  readonly machine: Machine;
  readonly minutes: number;
  readonly gateways: readonly Row[];
  readonly vendorCalls: readonly Row[];
  readonly episodes: readonly Row[];
  readonly violations: readonly ViolationGroup[];
  /** What the run cannot judge. */
  readonly notes: readonly string[];
}

/** Garbage that a collection leaves behind, and the caches' last growth. */
const MAX_GROWTH_MB = 20;
/** About as many calls as one refresh takes: Vonage has a call for each agent. */
const CALLS_PER_REFRESH: Readonly<Record<string, number>> = { kore: 3, vonage: 36, liveperson: 30, avaamo: 8 };
const DEFAULT_CALLS_PER_REFRESH = 10;

/** Computes the tables of a run, and the violations that only its figures show. */
export function summarize(run: FleetRun): FleetSummary {
  const callRows = countCalls(run.calls.fleet, run.calls.single, [...run.spans, ...run.withoutRedis], run.runStartedAt);
  const violations = [...run.violations, ...findInFigures(run, callRows)];
  return {
    machine: run.machine,
    minutes: run.minutes,
    gateways: [...new Set(run.targets.map(({ gateway }) => gateway))].map((name) =>
      toGatewayRow(run, name, violations),
    ),
    vendorCalls: callRows.map((row) => ({
      vendor: row.vendor,
      phase: row.phase,
      fleet: row.fleet,
      'one gateway': row.single,
      ratio: row.single === 0 ? null : roundTo2Decimals(row.fleet / row.single),
    })),
    episodes: run.spans.map((span) => toEpisodeRow(run, span)),
    violations: groupViolations(violations, run.runStartedAt),
    notes: isMemoryJudged(run) ? [] : [`held memory: too short to judge, which takes ${MIN_MEMORY_MINUTES} min`],
  };
}

function isMemoryJudged({ minutes }: FleetRun): boolean {
  return minutes >= MIN_MEMORY_MINUTES;
}

/** Returns the violations that follow from memory, logs, exit statuses, calls and faults that had no effect. */
export function findInFigures(run: FleetRun, callRows: readonly CallRow[]): readonly Violation[] {
  const at = run.runStartedAt + run.minutes * 60_000;
  const find = (check: string, gateway: string, detail: string): Violation => ({ check, gateway, at, detail });
  return [
    ...[...run.samples].flatMap(([name, samples]) => {
      const growthMb = memoryTrend(samples).slopeMbPerMinute * run.minutes * (2 / 3);
      return isMemoryJudged(run) && growthMb > MAX_GROWTH_MB
        ? [find('memory grows', name, `${growthMb.toFixed(1)} MB`)]
        : [];
    }),
    ...run.logs.flatMap(({ gateway, errors, hasSecret, unreadableLines }) => [
      ...errors.map((error) => find('error in the log', gateway, error)),
      ...(hasSecret ? [find('secret in the log', gateway, '')] : []),
      ...(unreadableLines > 0 ? [find('log line that is not JSON', gateway, String(unreadableLines))] : []),
    ]),
    ...findRefusals(run).map(({ check, gateway, detail }) => find(check, gateway, detail)),
    ...[...run.exitCodes].flatMap(([name, code]) => (code === 0 ? [] : [find('exit status', name, String(code))])),
    ...callRows
      .filter((row) => isExcessive(row, CALLS_PER_REFRESH[row.vendor] ?? DEFAULT_CALLS_PER_REFRESH))
      .map(({ vendor, fleet, single }) =>
        find('more calls than one gateway', 'fleet', `${vendor}: ${fleet}, not ${single}`),
      ),
    ...run.spans
      .filter((span) => isVisible(run, span) && seenDuring(run, span) === 0)
      .map(({ target, name }) => find('fault that no answer shows', 'all', `${target}: ${name}`)),
  ];
}

/** What is wrong with how many requests each gateway refused. */
function findRefusals({ targets, samples }: FleetRun) {
  return [...samples].flatMap(([gateway, measured]) => {
    const figures = targets.filter((target) => target.gateway === gateway).map((target) => target.figures);
    const sum = (key: 'requests' | 'refused'): number => figures.reduce((total, each) => total + each[key], 0);
    const loopMaxMs = Math.max(...measured.map((sample) => sample.loopMaxMs));
    const counts = { requests: sum('requests'), refused: sum('refused') };
    return checkRefusedShare(counts, loopMaxMs).map((finding) => ({ ...finding, gateway }));
  });
}

/** Whether wallboards must have seen the episode: it is one of the vendors they read, and longer than cached answers live. */
function isVisible({ ttlMs }: FleetRun, { target, from, to }: EpisodeSpan): boolean {
  const ttl = { kore: ttlMs.statuses, vonage: ttlMs.interactions }[target];
  return ttl !== undefined && to - from > 2 * ttl;
}

function seenDuring({ faultsSeen, accounts }: FleetRun, { target, from, to }: EpisodeSpan): number {
  const names = new Set(accounts.filter(({ vendor }) => vendor === target).map(({ name }) => name));
  return faultsSeen.filter(({ account, at }) => names.has(account) && from <= at && at <= to).length;
}

function toEpisodeRow(run: FleetRun, span: EpisodeSpan): Row {
  const second = (at: number): number => Math.round((at - run.runStartedAt) / 1000);
  return {
    episode: `${span.target}: ${span.name}`,
    'from s': second(span.from),
    'to s': second(span.to),
    'polls that show it': seenDuring(run, span),
  };
}

function toGatewayRow(run: FleetRun, name: string, violations: readonly Violation[]): Row {
  const figures = run.targets.filter(({ gateway }) => gateway === name).map((target) => target.figures);
  const sum = (key: keyof TargetFigures): number => figures.reduce((total, each) => total + each[key], 0);
  const max = (key: keyof TargetFigures): number => Math.max(...figures.map((each) => each[key]));
  const samples = run.samples.get(name) ?? [];
  const trend = memoryTrend(samples);
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    gateway: name,
    polls: sum('polls'),
    reports: sum('reports'),
    'look-ups': sum('lookups'),
    'vendor errors': sum('errors'),
    refused: sum('refused'),
    'oldest OK s': round(max('oldestFreshMs') / 1000),
    'oldest STALE s': round(max('oldestStaleMs') / 1000),
    'held MB': `${Math.round(trend.startMb)} → ${Math.round(trend.endMb)}`,
    'MB/min': round(trend.slopeMbPerMinute),
    'RSS MB': `${Math.round(trend.startRssMb)} → ${Math.round(trend.endRssMb)}`,
    'loop p99 ms': round(Math.max(...samples.map(({ loopP99Ms }) => loopP99Ms))),
    'loop max ms': round(Math.max(...samples.map(({ loopMaxMs }) => loopMaxMs))),
    'without Redis': run.withoutRedis.filter((span) => span.name === name).length,
    warnings: run.logs.find(({ gateway }) => gateway === name)?.warnings ?? 0,
    violations: violations.filter(({ gateway }) => gateway === name).length,
  };
}

export function printReport(summary: FleetSummary): void {
  const { machine, minutes, gateways, vendorCalls, episodes, violations, notes } = summary;
  console.log(`${machine.description}; load ${machine.loadBefore} before`);
  console.log(
    formatReport({
      title: `A fleet of three for ${minutes} min, beside a single gateway with the same clients and faults`,
      tables: [
        { title: 'Gateways', rows: gateways },
        { title: 'Vendor calls', rows: vendorCalls },
        { title: 'What went wrong', rows: episodes },
      ],
      verdicts: [
        {
          target: 'no violation',
          measured: `${violations.reduce((sum, { count }) => sum + count, 0)}`,
          met: violations.length === 0,
        },
      ],
      notes: [
        '“vendor fails”: each process counts failures for itself, so that a fleet makes more calls than one gateway.',
        ...notes,
      ],
    }),
  );
  for (const { check, gateway, count, firstSecond, lastSecond, examples } of violations) {
    console.log(`  ${check} (${gateway}): ${count} times, ${firstSecond}–${lastSecond} s`);
    for (const example of examples) console.log(`      ${example}`);
  }
}
