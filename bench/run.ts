import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { coldWeek } from './cold-week/bench.ts';
import { ingest } from './ingest/bench.ts';
import { liveWatchers } from './live/bench.ts';
import { describeMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { phases } from './phases/bench.ts';
import { toSvg } from './plot.ts';
import { profiles } from './profiles/bench.ts';
import { redisCosts } from './redis-costs/bench.ts';
import { formatReport, type Report } from './report.ts';
import { repeatedQueries } from './targets/t1-repeated.ts';
import { newQueries } from './targets/t2-new-queries.ts';
import { uncachedQueries } from './targets/t3-uncached.ts';
import { latency } from './targets/t4-latency.ts';
import { coldCalls } from './targets/t5-vendor-calls.ts';
import { startAndMemory } from './targets/t7-start-and-memory.ts';
import { growth } from './targets/t8-growth.ts';
import { overload } from './targets/t9-overload.ts';
import { tracing } from './tracing/bench.ts';
import { vendorCall } from './vendor-call/bench.ts';
import { vendorCalls } from './vendor-calls/bench.ts';

type Bench = (options: BenchOptions) => Promise<Report>;

/** The targets, and what measures them. */
const targets: Readonly<Record<string, readonly Bench[]>> = {
  T1: [repeatedQueries],
  T2: [newQueries],
  T3: [uncachedQueries],
  T4: [latency],
  T5: [coldCalls, vendorCalls],
  T6: [ingest, coldWeek],
  T7: [startAndMemory],
  T8: [growth],
  T9: [overload],
};
/** Parts of them by their own name. */
const parts: Readonly<Record<string, readonly Bench[]>> = {
  ingest: [ingest],
  phases: [phases],
  profiles: [profiles],
  'vendor-call': [vendorCall],
  'vendor-calls': [vendorCalls],
  'cold-week': [coldWeek],
  'redis-costs': [redisCosts],
  live: [liveWatchers],
  tracing: [tracing],
};
const benches = { ...targets, ...parts };

const DEFAULT_OUTPUT = new URL('results/latest.json', import.meta.url).pathname;

const usage = `npm run bench -- [${Object.keys(benches).join(' | ')}]… [--rounds 3] [--seconds 5] [--large] [--out FILE]`;

function exitWith(problem: string): never {
  console.error(`${problem}\n${usage}`);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '5' },
        large: { type: 'boolean', default: false },
        out: { type: 'string', default: DEFAULT_OUTPUT },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return exitWith(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(option: 'rounds' | 'seconds', min: number): number {
  const number = Number(values[option]);
  return number >= min ? number : exitWith(`--${option} must be at least ${min}, not "${values[option]}".`);
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) exitWith(`Unknown benchmark: ${unknown.join(', ')}.`);

const machine = describeMachine();
console.log(
  `${machine.description}; load ${machine.loadBefore}${machine.isBusy ? ' (other processes are running: absolute figures are too low)' : ''}`,
);

const settings = {
  rounds: readNumber('rounds', 3),
  seconds: readNumber('seconds', 1),
  large: values.large,
};
function progress(step: string) {
  return process.stderr.write(`  … ${step}\n`);
}
/** After each target, so that a run that is interrupted keeps what it has. */
function save(reports: readonly Report[]): void {
  mkdirSync(dirname(values.out), { recursive: true });
  for (const plot of reports.flatMap(({ plots = [] }) => plots)) {
    const file = join(dirname(values.out), `${plot.name}.svg`);
    writeFileSync(file, toSvg(plot));
    console.log(`Written to ${file}`);
  }
  writeFileSync(values.out, `${JSON.stringify({ machine, ...settings, loads, results }, null, 2)}\n`);
  console.log(`Written to ${values.out}`);
}
const results: Record<string, readonly Report[]> = {};
/** Before each target: other processes may start during a run that takes an hour. */
const loads: Record<string, number> = {};
const failed: string[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(targets)) {
  const reports: Report[] = [];
  loads[name] = describeMachine().loadBefore;
  console.log(`\n${name}, load ${loads[name]}`);
  for (const bench of benches[name] ?? []) {
    try {
      const report = await bench({ ...settings, progress });
      reports.push(report);
      console.log(formatReport(report));
    } catch (error) {
      // The others are measured all the same: together they take more than an hour.
      failed.push(name);
      console.error(`${name} failed:`, error);
    }
  }
  results[name] = reports;
  save(reports);
}

if (failed.length > 0) process.exitCode = 1;
