import { roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { bestTailcall, toRatioVerdict, toRows } from '../throughput/figures.ts';
import { GATEWAY } from '../throughput/gateway.ts';
import { APOLLO } from '../throughput/peers.ts';
import { LOAD_CORE } from '../throughput/process.ts';
import { type Measurements, measureWorkload, type SideBySide, withServers } from '../throughput/side-by-side.ts';
import { measureStub, pastDay } from '../throughput/stub.ts';
import { newWorkloads, type Workload } from '../throughput/workloads.ts';
import { runLoad } from '../throughput/wrk.ts';

const CONNECTIONS = 50;
/** Ratios to Tailcall's best, and to Apollo Server. */
const MIN_RATIOS: Readonly<Record<string, readonly [tailcall: number, apollo: number]>> = {
  W1b1: [0.8, 5],
  W2b1: [3, 15],
  W1b2: [1, 3],
  W2b2: [1, 3],
};
/** Memory that still grows by more than this between the last two steps counts as unbounded. */
const MAX_GROWTH = 1.1;
const MEMORY_STEPS = 4;

/** T2: queries on a warm cache that were never asked in this form before. */
export function newQueries(options: BenchOptions): Promise<Report> {
  const day = pastDay();
  return withServers({ day, agents: TEAM_SIZE, isCached: true }, async (bench) => {
    const rows: Row[] = [];
    const verdicts: Verdict[] = [];
    for (const workload of newWorkloads({ day })) {
      const measured = await measureWorkload(bench, workload, { ...options, connections: CONNECTIONS });
      rows.push(...toRows(workload.name, CONNECTIONS, measured));
      verdicts.push(...toVerdicts(workload.name, measured));
    }
    const memory = await measureMemory(bench, options);
    return {
      title: `T2: new variables (b1), new texts (b2), one core, medians of ${options.rounds} rounds of ${options.seconds} s`,
      tables: [
        { title: 'Requests', rows },
        { title: 'Resident MB after endless new texts (the smallest query), by the number of texts', rows: memory },
      ],
      verdicts: [...verdicts, toMemoryVerdict(memory)],
      notes: [
        ...bench.notes,
        `Vendor stub: ${await measureStub(bench.stub, `${bench.folder}/stub.lua`)} calls/s by itself.`,
        'W1b1: the filter names all agents by e-mail address, in a new order each time. Tailcall cannot filter and ignores it.',
        'W2b1 and W2b2: the range begins at another millisecond each time. Tailcall cannot pass it on in a way that it caches.',
      ],
    };
  });
}

function toVerdicts(name: string, measured: Measurements): readonly Verdict[] {
  const [tailcall = 1, apollo = 1] = MIN_RATIOS[name] ?? [];
  return [
    toRatioVerdict(measured, {
      target: `${name}: ≥ ${tailcall} × Tailcall’s best`,
      server: GATEWAY,
      peer: bestTailcall(measured),
      min: tailcall,
    }),
    toRatioVerdict(measured, {
      target: `${name}: ≥ ${apollo} × Apollo + DataLoader + Keyv`,
      server: GATEWAY,
      peer: APOLLO,
      min: apollo,
    }),
  ];
}

const newTexts: Workload = {
  name: 'W4b2',
  query: '{ a_x@NUMBER@: __typename }',
  variables: {},
  teams: 1,
  expected: () => ({ a: 'Query' }),
};

interface MemoryRow extends Row {
  readonly server: string;
  readonly texts: number;
  readonly growth: number;
}

/** Texts that never come back, in steps of equal time. */
async function measureMemory(
  { servers, folder }: SideBySide,
  { seconds, progress }: BenchOptions,
): Promise<readonly MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const server of servers) {
    progress(`memory of ${server.name}`);
    let texts = 0;
    const steps = [Math.round(server.rssMb())];
    for (let step = 1; step <= MEMORY_STEPS; step += 1) {
      const scriptFile = `${folder}/memory.lua`;
      const load = await runLoad({
        ...server,
        workload: newTexts,
        seconds,
        connections: CONNECTIONS,
        scriptFile,
        core: LOAD_CORE,
      });
      texts += load.requests;
      steps.push(Math.round(server.rssMb()));
    }
    const [beforeLast = NaN, last = NaN] = steps.slice(-2);
    const columns = Object.fromEntries(
      steps.map((mb, step) => [step === 0 ? 'before' : `${step}/${MEMORY_STEPS}`, mb]),
    );
    rows.push({ server: server.name, texts, ...columns, growth: roundTo2Decimals(last / beforeLast) });
  }
  return rows;
}

function toMemoryVerdict(rows: readonly MemoryRow[]): Verdict {
  const row = rows.find(({ server }) => server === GATEWAY);
  return {
    target: `memory bounded under endless new texts: last step ≤ ${MAX_GROWTH} × the one before`,
    measured: `${row?.growth ?? 'not measured'} × after ${row?.texts ?? 0} texts`,
    met: row && row.texts > 0 ? row.growth <= MAX_GROWTH : null,
  };
}
