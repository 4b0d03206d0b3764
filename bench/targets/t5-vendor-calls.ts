import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from '../options.ts';
import type { Report, Row } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { post, toBody } from '../throughput/answers.ts';
import { GATEWAY, startGateway } from '../throughput/gateway.ts';
import { findPeers } from '../throughput/peers.ts';
import type { BenchProcess } from '../throughput/process.ts';
import { pastDay, readStats, startStub } from '../throughput/stub.ts';
import { repeatedWorkloads, type Workload } from '../throughput/workloads.ts';

const QUERIES_AT_ONCE = 50;
/** Vendor calls of a query on an empty cache: a GET for each agent, and one POST for all. */
const MIN_CALLS: Readonly<Record<string, number>> = { W1a: TEAM_SIZE, W2a: 1 };
/** A gateway requests a token for Vonage before its first call. */
const MAX_TOKENS = 1;

interface CallsRow extends Row {
  readonly workload: string;
  readonly server: string;
  readonly 'one query': number;
  readonly 'at once': number;
  readonly 'within the TTL': number;
}

/** T5, as seen by the vendors: identical queries at once on an empty cache, and within the TTL. */
export async function coldCalls({ progress }: BenchOptions): Promise<Report> {
  const day = pastDay();
  const rows: CallsRow[] = [];
  const notes: string[] = [];
  const workloads = repeatedWorkloads({ day }).filter(({ name }) => name in MIN_CALLS);
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const stub = await startStub({ day, agents: TEAM_SIZE });
  const options = { folder, vendorUrl: stub.url, agents: TEAM_SIZE, isCached: true };
  const gateway = { name: GATEWAY, missing: () => null, start: startGateway };
  try {
    for (const { name, missing, start } of [gateway, ...findPeers(options)]) {
      const reason = missing();
      if (reason !== null) {
        notes.push(`${name} ${reason}`);
        continue;
      }
      progress(`vendor calls of ${name}`);
      for (const workload of workloads) {
        const counted = () => countCalls(stub.url, () => start(options), workload);
        rows.push({ workload: workload.name, server: name, ...(await counted()) });
      }
    }
  } finally {
    await stub.stop();
    rmSync(folder, { recursive: true });
  }
  return {
    title: 'T5: vendor calls of processes that have just started, counted by the vendors',
    tables: [{ title: `One query, ${QUERIES_AT_ONCE} identical ones at once, the same again`, rows }],
    verdicts: rows.filter(({ server }) => server === GATEWAY).map(toVerdict),
    notes: [...notes, 'Calls of the gateway include one request for a token of Vonage.'],
  };
}

async function countCalls(stubUrl: string, start: () => Promise<BenchProcess>, workload: Workload) {
  const during = async (queries: number, server: BenchProcess) => {
    const { calls } = await readStats(stubUrl);
    await Promise.all(Array.from({ length: queries }, () => post(server, toBody(workload, 1))));
    return (await readStats(stubUrl)).calls - calls;
  };
  const first = await start();
  const one = await during(1, first);
  await first.stop();
  const second = await start();
  const atOnce = await during(QUERIES_AT_ONCE, second);
  const again = await during(QUERIES_AT_ONCE, second);
  await second.stop();
  return { 'one query': one, 'at once': atOnce, 'within the TTL': again };
}

function toVerdict(row: CallsRow) {
  const { workload, 'one query': one, 'at once': atOnce, 'within the TTL': again } = row;
  const min = MIN_CALLS[workload] ?? 0;
  const isExact = one >= min && one <= min + MAX_TOKENS;
  return {
    target: `${workload}: one query ${min} calls and a token, ${QUERIES_AT_ONCE} at once the same, 0 within the TTL`,
    measured: `${one}, ${atOnce}, ${again}`,
    met: isExact && atOnce === one && again === 0,
  };
}
