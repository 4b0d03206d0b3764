import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { economy } from './economy/bench.ts';
import { ingest } from './ingest/bench.ts';
import { describeMachine } from './machine.ts';
import type { Options } from './options.ts';
import { type Report, printReport } from './report.ts';

type Bench = (options: Options) => Promise<Report>;
const benches: Readonly<Record<string, Bench>> = { ingest, economy };

const LATEST = new URL('results/latest.json', import.meta.url).pathname;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    large: { type: 'boolean', default: false },
    out: { type: 'string', default: LATEST },
  },
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`No such bench: ${unknown.join(', ')}. There are ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}

const machine = describeMachine();
console.log(`${machine.description}; load ${machine.loadBefore}${machine.busy ? ' (others are at work on it)' : ''}`);

const settings = { rounds: Math.max(3, Number(values.rounds) || 3), large: values.large };
const progress = (step: string) => process.stderr.write(`  … ${step}\n`);
const results: Record<string, Report> = {};
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const report = await bench({ ...settings, progress });
  results[name] = report;
  console.log(printReport(report));
}

mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify({ machine, ...settings, results }, null, 2)}\n`);
console.log(`Written to ${values.out}`);
