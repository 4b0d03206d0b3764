import { type DocumentNode, getOperationAST, parse } from 'graphql';
import { settingsShape } from '../../src/config/settings.ts';
import { runAtOnce } from '../../src/domain/event-loop-yielder.ts';
import { DAY } from '../../src/domain/time.ts';
import { createQueryContext } from '../../src/gather/query-context.ts';
import { createOperationPreparer, type PreparedOperation } from '../../src/graphql/ast/operation.ts';
import { executeOperation } from '../../src/graphql/execution/execute-operation.ts';
import { ObjectTexts } from '../../src/graphql/execution/object-texts.ts';
import { findRejection } from '../../src/graphql/limits/document-limits.ts';
import { estimateListItems } from '../../src/graphql/limits/estimate-items.ts';
import { instrumentResponseObjects } from '../../src/graphql/limits/response-objects.ts';
import { PLANNING_RULES } from '../../src/graphql/planning-rules.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { isValidDocument } from '../../src/graphql/validate-document.ts';
import { rulesFor } from '../../src/graphql/validation-rules.ts';
import { writeResult } from '../../src/graphql/write-result.ts';
import { createPlanner } from '../../src/planning/plan.ts';
import { createMemoryServices } from '../execution/memory-services.ts';
import { ask, createBenchContext, createSubject, limits, TEXTS } from '../execution/subject.ts';
import { repeatedWorkloads } from '../throughput/workloads.ts';

// `NODE_ENV=production node --cpu-prof bench/phases/worker.ts W1 "new text"` records where the time goes.

/** Microseconds of processor time a query, by phase. */
export type PhaseTimes = Readonly<Record<string, number>>;

/** The clock of processor time is too slow, and too coarse, for one query. */
const BATCH = 100;
const WARM_UP_BATCHES = 20;
const BATCHES = 15;

const day = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
const services = createMemoryServices(day);
const schema = instrumentResponseObjects(createSchema());
const prepareOperation = createOperationPreparer();
const planner = createPlanner(PLANNING_RULES);
const objectTexts = new ObjectTexts(settingsShape.performance.parse({}).objectTextBytes);

function prepare(document: DocumentNode, variables: Readonly<Record<string, unknown>>): PreparedOperation {
  const definition = getOperationAST(document);
  const operation = definition && prepareOperation({ schema, document, definition, variables }).operation;
  if (!operation) throw new Error('the query cannot be executed');
  operation.rootSelection();
  return operation;
}

function createStopwatch() {
  const times = new Map<string, number>();
  return {
    times,
    time: async <T, R>(
      phase: string,
      inputs: readonly T[],
      run: (input: T) => R | Promise<R>,
    ): Promise<readonly R[]> => {
      const before = process.cpuUsage();
      const results: R[] = [];
      for (const input of inputs) {
        const result = run(input);
        results.push(result instanceof Promise ? await result : result);
      }
      const { user, system } = process.cpuUsage(before);
      times.set(phase, (times.get(phase) ?? 0) + (user + system) / BATCH / BATCHES);
      return results;
    },
  };
}

/** Each phase by itself, and last the whole query with Apollo Server around it. */
async function measure(workloadName: string, textName: keyof typeof TEXTS): Promise<PhaseTimes> {
  const workload = repeatedWorkloads({ day: new Date(day).toISOString().slice(0, 10) }).find(({ name }) =>
    name.startsWith(workloadName),
  );
  if (!workload) throw new Error(`no workload ${workloadName}`);
  const variables = workload.variables as Readonly<Record<string, unknown>>;
  const graphql = await createSubject(services, {});
  const known = parse(workload.query);
  const { times, time } = createStopwatch();
  let texts = 0;
  const createTexts = () => Array.from({ length: BATCH }, () => TEXTS[textName](workload.query, texts++));

  async function check(): Promise<readonly DocumentNode[]> {
    const documents = await time('parse', createTexts(), (text) => parse(text));
    await time('limits', documents, (document) => findRejection(document, limits));
    await time('validate', documents, (document) =>
      isValidDocument(schema, document, rulesFor(document.loc?.source.body ?? '')),
    );
    return documents;
  }

  async function runBatch(): Promise<void> {
    const documents = textName === 'new text' ? await check() : Array.from({ length: BATCH }, () => known);
    const operations = await time('prepare', documents, (document) => prepare(document, variables));
    await time('estimate items', operations, estimateListItems);
    const contexts = await time('context', operations, () => createQueryContext(services, createBenchContext()));
    const queries = contexts.flatMap((context, index) => {
      const operation = operations[index];
      return operation ? { context, operation } : [];
    });
    await time('plan', queries, ({ context, operation }) => planner.estimateVendorCalls(operation, context));
    const results = await time('execute', queries, ({ context, operation }) =>
      executeOperation(operation, context, objectTexts),
    );
    await time('serialise', results, (result) => runAtOnce(writeResult(result)));
    for (const context of contexts) context.close();
    await time('all, in Apollo Server', createTexts(), (text) => ask(graphql, text, variables));
  }

  for (let batch = 0; batch < WARM_UP_BATCHES; batch++) await runBatch();
  times.clear();
  for (let batch = 0; batch < BATCHES; batch++) await runBatch();
  await graphql.stop();
  return Object.fromEntries(times);
}

const [workloadName = 'W1', textName = 'new text'] = process.argv.slice(2);
const phaseTimes = await measure(workloadName, textName as keyof typeof TEXTS);
if (process.send) process.send(phaseTimes);
else console.table(phaseTimes);
