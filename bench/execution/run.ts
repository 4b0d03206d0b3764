import { parseArgs } from 'node:util';
import type { Graphql } from '../../src/composition/graphql.ts';
import { DAY } from '../../src/domain/time.ts';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import { repeatedWorkloads, type Workload } from '../throughput/workloads.ts';
import { createMemoryServices } from './memory-services.ts';
import { ask, createSubject, TEXTS } from './subject.ts';

// CPU milliseconds a query in the GraphQL layer, in this process, over data that is in memory: from the parsed JSON of a request to the
// text of its answer. `NODE_ENV=production node --cpu-prof bench/execution/run.ts W2 --executor prepared` records where the time goes.

const ROUNDS = 5;
const WARM_UP = 100;
const QUERIES = 200;

const day = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
const services = createMemoryServices(day);
const workloads = repeatedWorkloads({ day: new Date(day).toISOString().slice(0, 10) });

let texts = 0;
async function measure(subject: Graphql, workload: Workload, toText: (query: string, index: number) => string) {
  const variables: unknown = JSON.parse(JSON.stringify(workload.variables).replace('@AGENT@', 'agent-0'));
  const run = async (queries: number): Promise<void> => {
    for (let i = 0; i < queries; i++) await ask(subject, toText(workload.query, texts++), variables);
  };
  await run(WARM_UP);
  const before = process.cpuUsage();
  await run(QUERIES);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / QUERIES;
}

const EXECUTORS = ['standard', 'prepared'] as const;
const {
  positionals,
  values: { executor },
} = parseArgs({ allowPositionals: true, options: { executor: { type: 'string' } } });
const subjects = new Map<string, Graphql>();
for (const name of EXECUTORS)
  if (executor === undefined || executor === name)
    subjects.set(name, await createSubject(services, { executor: name }));

const rows: Record<string, Record<string, number>> = {};
for (const workload of workloads) {
  const workloadName = workload.name.slice(0, 2);
  if (positionals.length > 0 && !positionals.includes(workloadName)) continue;
  for (const [textName, toText] of Object.entries(TEXTS)) {
    const figures = await interleave([...subjects.keys()], ROUNDS, (name) => {
      const subject = subjects.get(name);
      if (!subject) throw new Error(`no executor ${name}`);
      return measure(subject, workload, toText);
    });
    rows[`${workloadName}, ${textName}`] = Object.fromEntries(
      [...figures].map(([name, rounds]) => [name, roundTo2Decimals(median(rounds))]),
    );
  }
}
console.log('CPU ms a query');
console.table(rows);
