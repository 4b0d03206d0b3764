import { parseArgs } from 'node:util';
import { HeaderMap } from '@apollo/server';
import { createGraphql, type Graphql } from '../../src/composition/graphql.ts';
import { type PerformanceSettings, settingsShape } from '../../src/config/settings.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { DAY } from '../../src/domain/time.ts';
import { instrumentResponseObjects } from '../../src/graphql/limits/response-objects.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { anonymousCaller } from '../../src/request/caller.ts';
import { createRequestContext } from '../../src/request/request-context.ts';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import { repeatedWorkloads, type Workload } from '../throughput/workloads.ts';
import { createMemoryServices } from './memory-services.ts';

// CPU milliseconds a query in the GraphQL layer, in this process, over data that is in memory: from the parsed JSON of a request to the
// text of its answer. `NODE_ENV=production node --cpu-prof bench/execution/run.ts W2 --executor prepared` records where the time goes.

const ROUNDS = 5;
const WARM_UP = 100;
const QUERIES = 200;

const limits = settingsShape.limits.parse({});
const day = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
const services = createMemoryServices(day);
const workloads = repeatedWorkloads({ day: new Date(day).toISOString().slice(0, 10) });

/** The same text each time, as typed clients send it, or a new one, as an alias makes it. */
const TEXTS = {
  'same text': (query: string) => query,
  'new text': (query: string, index: number) =>
    query.replace(/\bid\b/, `a${index}: id`).replace('__typename', `a${index}: __typename`),
};

function createSubject(performance: Partial<PerformanceSettings>): Promise<Graphql> {
  return createGraphql({
    config: { limits, performance: settingsShape.performance.parse(performance) },
    schema: instrumentResponseObjects(createSchema()),
    services,
    clock: systemClock,
    metrics: createMetrics(),
    onUnexpectedError: (error) => {
      throw error;
    },
  });
}

async function ask({ execute }: Graphql, query: string, variables: unknown): Promise<string> {
  const context = createRequestContext({
    caller: anonymousCaller,
    requestId: 'bench',
    explain: null,
    disconnectSignal: new AbortController().signal,
    clock: systemClock,
    limits,
  });
  const headers = new HeaderMap([['content-type', 'application/json']]);
  const { status, body } = await execute({ method: 'POST', headers, search: '', body: { query, variables } }, context);
  context.close();
  if (body.kind !== 'complete' || (status ?? 200) !== 200) throw new Error(JSON.stringify(body));
  return body.string;
}

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
  if (executor === undefined || executor === name) subjects.set(name, await createSubject({ executor: name }));

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
