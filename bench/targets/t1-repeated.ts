import { roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { post, toBody } from '../throughput/answers.ts';
import { bestTailcall, rateOf, toRatioVerdict, toRows } from '../throughput/figures.ts';
import { asKoreOnly, GATEWAY } from '../throughput/gateway.ts';
import { BARE_SERVER } from '../throughput/peers.ts';
import type { BenchProcess } from '../throughput/process.ts';
import { type Measurements, measureWorkload, withServers } from '../throughput/side-by-side.ts';
import { measureStub, pastDay } from '../throughput/stub.ts';
import { repeatedWorkloads, type Workload } from '../throughput/workloads.ts';

const CONNECTIONS = 50;
const MANY_CONNECTIONS = 200;
const MIN_OF_BARE = 0.9;
/** Near 74 kB: what the peers' answers have, and what longer ids may add. */
const MAX_W2_BYTES = 80_000;
const MIN_OF_TAILCALL: Readonly<Record<string, number>> = { W1a: 3, W2a: 6 };

/** T1: queries that are repeated within the TTL, side by side with what a user would pick instead. */
export function repeatedQueries(options: BenchOptions): Promise<Report> {
  const day = pastDay();
  return withServers({ day, agents: TEAM_SIZE, isCached: true }, async (bench) => {
    const rows: Row[] = [];
    const verdicts: Verdict[] = [];
    for (const workload of repeatedWorkloads({ day })) {
      for (const connections of workload.name in MIN_OF_TAILCALL ? [CONNECTIONS, MANY_CONNECTIONS] : [CONNECTIONS]) {
        const measured = await measureWorkload(bench, workload, { ...options, connections, hasBareServer: true });
        rows.push(...toRows(workload.name, connections, measured));
        verdicts.push(...toVerdicts(workload.name, connections, measured));
      }
      const [gateway] = bench.servers;
      if (gateway && workload.name === 'W1a') verdicts.push(await checkViews(gateway, workload));
      if (gateway && workload.name === 'W2a') verdicts.push(await checkSize(gateway, workload));
    }
    return {
      title: `T1: repeated queries, one core, medians of ${options.rounds} rounds of ${options.seconds} s`,
      tables: [{ title: 'Requests', rows }],
      verdicts,
      notes: [
        ...bench.notes,
        `Vendor stub: ${await measureStub(bench.stub, `${bench.folder}/stub.lua`)} calls/s by itself.`,
        'Callers’ keys, limits and the access log are on, as users run it; the second row of the gateway is without them.',
      ],
    };
  });
}

/** After the load, when whatever is kept of the answer is there. */
async function checkViews(gateway: BenchProcess, workload: Workload): Promise<Verdict> {
  const answer = await post(asKoreOnly(gateway), toBody(workload, 0));
  return {
    target: `${workload.name}: a caller who may not access Vonage gets none of the cached interactions`,
    measured: answer.includes('guid-') ? 'gets them' : 'gets none',
    met: !answer.includes('guid-') && answer.includes('"nodes"'),
  };
}

async function checkSize(gateway: BenchProcess, workload: Workload): Promise<Verdict> {
  const bytes = Buffer.byteLength(await post(gateway, toBody(workload, 0)));
  return {
    target: `${workload.name}: an answer has ≤ ${MAX_W2_BYTES / 1000} kB`,
    measured: `${roundTo2Decimals(bytes / 1000)} kB`,
    met: bytes <= MAX_W2_BYTES,
  };
}

function toVerdicts(name: string, connections: number, measured: Measurements): readonly Verdict[] {
  const tailcall = bestTailcall(measured);
  if (connections === MANY_CONNECTIONS) return [atManyConnections(name, measured, tailcall)];
  const min = MIN_OF_TAILCALL[name];
  return [
    ...(name === 'W4a'
      ? []
      : [
          toRatioVerdict(measured, {
            target: `${name}: ≥ ${MIN_OF_BARE} × the bare server`,
            server: GATEWAY,
            peer: BARE_SERVER,
            min: MIN_OF_BARE,
          }),
        ]),
    ...(min === undefined
      ? []
      : [
          toRatioVerdict(measured, {
            target: `${name}: ≥ ${min} × Tailcall’s best`,
            server: GATEWAY,
            peer: tailcall,
            min,
          }),
        ]),
  ];
}

/** Where even the bare server is slower than Tailcall, nothing is demanded. */
function atManyConnections(name: string, measured: Measurements, tailcall: string | null): Verdict {
  const target = `${name}, ${MANY_CONNECTIONS} connections: not below Tailcall’s best`;
  const isBareBelow = tailcall !== null && rateOf(measured, BARE_SERVER) < rateOf(measured, tailcall);
  const verdict = toRatioVerdict(measured, { target, server: GATEWAY, peer: tailcall, min: 1 });
  return isBareBelow ? { ...verdict, measured: `${verdict.measured}; so is the bare server`, met: true } : verdict;
}
