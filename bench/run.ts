import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { coldWeek } from './cold-week/bench.ts';
import { ingest } from './ingest/bench.ts';
import { describeMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { readingFiles } from './reading-files.ts';
import { formatReport, type Report } from './report.ts';
import { repeatedQueries } from './throughput/bench.ts';
import { vendorCall } from './vendor-call/bench.ts';
import { vendorCalls } from './vendor-calls/bench.ts';

type Bench = (options: BenchOptions) => Promise<Report>;
const benches: Readonly<Record<string, Bench>> = {
  ingest,
  'vendor-call': vendorCall,
  'vendor-calls': vendorCalls,
  'cold-week': coldWeek,
  T1: repeatedQueries,
  T6: readingFiles,
};

const DEFAULT_OUTPUT = new URL('results/latest.json', import.meta.url).pathname;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    large: { type: 'boolean', default: false },
    out: { type: 'string', default: DEFAULT_OUTPUT },
  },
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`Unknown benchmark: ${unknown.join(', ')}. Available: ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}

const machine = describeMachine();
console.log(
  `${machine.description}; load ${machine.loadBefore}${machine.isBusy ? ' (other processes are running: absolute figures are too low)' : ''}`,
);

const settings = { rounds: Math.max(3, Number(values.rounds) || 3), large: values.large };
function progress(step: string) {
  return process.stderr.write(`  … ${step}\n`);
}
const results: Record<string, Report> = {};
for (const [name, bench] of Object.entries(benches)) {
  // T6 consists of other benchmarks.
  if (positionals.length > 0 ? !positionals.includes(name) : name === 'T6') continue;
  const report = await bench({ ...settings, progress });
  results[name] = report;
  console.log(formatReport(report));
}

mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify({ machine, ...settings, results }, null, 2)}\n`);
console.log(`Written to ${values.out}`);
