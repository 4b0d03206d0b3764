import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { bestTailcall, toRatioVerdict, toRows } from '../throughput/figures.ts';
import { GATEWAY } from '../throughput/gateway.ts';
import { APOLLO } from '../throughput/peers.ts';
import { type Measurements, measureWorkload, withServers } from '../throughput/side-by-side.ts';
import { measureStub, pastDay } from '../throughput/stub.ts';
import { uncachedWorkloads } from '../throughput/workloads.ts';

const CONNECTIONS = 50;
/** More than connections, so that requests at the same time are about different agents. */
export const TEAMS = 60;
/** The highest that the configuration allows: the default of 8 would measure the queue. */
export const CONCURRENCY = 1000;

/** What wrk leaves unanswered at the end is paid but not counted; a longer round makes it a smaller part of these slow requests. */
const ROUND_FACTOR = 3;

/** For every server: it answers some dozens of these requests a second, and a just-in-time compiler takes hundreds to finish. */
const WARM_UP_SECONDS = 10;

const MIN_RATIOS: Readonly<Record<string, readonly [tailcall: number, apollo: number]>> = {
  W1c: [1, 8],
  W2c: [1.9, 5],
};

/** T3: caching off and nothing shared between requests. */
export function uncachedQueries({ seconds, ...options }: BenchOptions): Promise<Report> {
  const round = {
    ...options,
    seconds: ROUND_FACTOR * seconds,
    connections: CONNECTIONS,
    warmUpSeconds: WARM_UP_SECONDS,
  };
  const day = pastDay();
  const sides = { day, agents: TEAMS * TEAM_SIZE, isCached: false, concurrency: CONCURRENCY };
  return withServers(sides, async (bench) => {
    const rows: Row[] = [];
    const verdicts: Verdict[] = [];
    for (const workload of uncachedWorkloads({ day, teams: TEAMS })) {
      const measured = await measureWorkload(bench, workload, round);
      rows.push(...toRows(workload.name, CONNECTIONS, measured));
      verdicts.push(...toVerdicts(workload.name, measured));
    }
    return {
      title: `T3: TTLs of 0, each request about another of ${TEAMS} teams, medians of ${options.rounds} rounds of ${round.seconds} s`,
      tables: [{ title: 'Requests', rows }],
      verdicts,
      notes: [
        ...bench.notes,
        `Vendor stub: ${await measureStub(bench.stub, `${bench.folder}/stub.lua`)} calls/s by itself.`,
        `The gateway's accounts have concurrency: ${CONCURRENCY}; every other limit is the default.`,
        'Tailcall has kinder endpoints, without Kore’s POST and without conversion.',
      ],
    };
  });
}

function toVerdicts(name: string, measured: Measurements): readonly Verdict[] {
  const [tailcall = 1, apollo = 1] = MIN_RATIOS[name] ?? [];
  return [
    toRatioVerdict(measured, {
      target: `${name}: ≥ ${tailcall} × Tailcall`,
      server: GATEWAY,
      peer: bestTailcall(measured),
      min: tailcall,
    }),
    toRatioVerdict(measured, {
      target: `${name}: ≥ ${apollo} × Apollo + DataLoader`,
      server: GATEWAY,
      peer: APOLLO,
      min: apollo,
    }),
  ];
}
