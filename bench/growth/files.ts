import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderFile } from '../../src/vendors/liveperson/sandbox/files.ts';
import type { Company, CompanyPerson } from '../../src/vendors/sandbox.ts';
import { startFileServer } from '../cold-week/file-server.ts';
import { ACCOUNT_ID, type WeekFile } from '../cold-week/files.ts';
import type { BenchOptions } from '../options.ts';
import { post, toBody } from '../throughput/answers.ts';
import { type BenchProcess, nodeCommand, startProcess } from '../throughput/process.ts';
import type { Workload } from '../throughput/workloads.ts';
import { takeNumber } from '../throughput/wrk.ts';
import { measureCpu, medianCost, type SizeCost } from './size-cost.ts';

const SIZES = [1, 50, 500];
const AGENTS = 20;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Files of a range are generated up to here after its end: the defaults of `longestSessionHours` and `settleHours`. */
const MAX_DELAY_MS = 30 * HOUR_MS;

export interface FileGrowth {
  /** The first query of a process: it downloads and reads the files. */
  readonly cold: readonly SizeCost[];
  /** The files are in the cache. */
  readonly warm: readonly SizeCost[];
  /** Queries that were not answered completely. */
  readonly notes: readonly string[];
}

/** Cost of a session by the number of LivePerson files that hold them, one session of each agent in a file. */
export async function measureFiles(folder: string, options: BenchOptions): Promise<FileGrowth> {
  const notes = new Set<string>();
  const costs: { readonly size: number; readonly coldMs: number[]; readonly warmMs: number[] }[] = SIZES.map(
    (size) => ({
      size,
      coldMs: [],
      warmMs: [],
    }),
  );
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { size, coldMs, warmMs } of costs) {
      options.progress(`${size} LivePerson files`);
      try {
        const { cold, warm } = await measureProcess(folder, size, options);
        coldMs.push(cold);
        warmMs.push(warm);
      } catch (error) {
        notes.add(`${size} LivePerson files: ${String(error)}`);
      }
    }
  }
  const complete = costs.filter(({ warmMs }) => warmMs.length > 0);
  return {
    cold: complete.map(({ size, coldMs }) => medianCost(size, size * AGENTS, coldMs)),
    warm: complete.map(({ size, warmMs }) => medianCost(size, size * AGENTS, warmMs)),
    notes: [...notes],
  };
}

async function measureProcess(folder: string, size: number, options: BenchOptions) {
  const firstHour = Math.floor((Date.now() - MAX_DELAY_MS) / HOUR_MS - size) * HOUR_MS;
  const server = await startFileServer(Array.from({ length: size }, (_, nth) => createFile(firstHour, nth)));
  const gateway = await startLivePersonGateway(folder, server.url);
  try {
    const workload = sessionsWorkload(firstHour, firstHour + size * HOUR_MS);
    const before = gateway.cpuMs();
    await assertSessions(gateway, workload, size * AGENTS);
    const cold = gateway.cpuMs() - before;
    const warm = await measureCpu(gateway, workload, `${folder}/files.lua`, { ...options, connections: 1 });
    return { cold, warm };
  } finally {
    await gateway.stop();
    server.stop();
  }
}

/** The sessions of an hour, all of them over. */
function createFile(firstHour: number, nth: number): WeekFile {
  const start = firstHour + nth * HOUR_MS;
  const sessions = people.map((person, index) => {
    const [begin, end] = [start + 5 * MINUTE_MS, start + 50 * MINUTE_MS];
    const statusChanges = [
      { at: begin, status: 'available' as const, reason: null, concurrentChats: 0 },
      { at: begin + 20 * MINUTE_MS, status: 'busy' as const, reason: null, concurrentChats: 0 },
    ];
    return { person, end, shift: { serial: nth * AGENTS + index, start: begin, end, statusChanges } };
  });
  const name = `Agent.${start}.${start + HOUR_MS}.part-00000-0`;
  const link = `${name}.gz`;
  return {
    link,
    generatedAt: start,
    gzip: renderFile(ACCOUNT_ID, { name, link, start, end: start + HOUR_MS, sessions }),
  };
}

const people: Company['people'] = Array.from({ length: AGENTS }, (_, index): CompanyPerson => ({
  firstName: 'Agent',
  lastName: String(index),
  email: `agent-${index}@bench.example`,
  employeeId: String(index),
  refsByVendor: { liveperson: String(5000 + index) },
}));

function sessionsWorkload(from: number, to: number): Workload {
  const range = `{ from: "${new Date(from).toISOString()}", to: "${new Date(to).toISOString()}" }`;
  return {
    name: 'sessions',
    query: `{ agents(first: ${AGENTS}) { nodes { sessions_x@NUMBER@: sessions(during: ${range}, first: 500) { complete sources { error { code reason } } nodes { id loginAt logoutAt state } } } } }`,
    variables: {},
    teams: 1,
    expected: () => null,
  };
}

interface SessionList {
  readonly complete: boolean;
  readonly sources: readonly { readonly error: { readonly code: string; readonly reason: string | null } | null }[];
  readonly nodes: readonly unknown[];
}

interface SessionsAnswer {
  readonly data: { readonly agents: { readonly nodes: readonly Readonly<Record<string, SessionList>>[] } } | null;
  readonly errors?: readonly { readonly message: string }[];
}

async function assertSessions(server: BenchProcess, workload: Workload, count: number): Promise<void> {
  const { data, errors = [] } = JSON.parse(await post(server, toBody(workload, takeNumber()))) as SessionsAnswer;
  const lists = data?.agents.nodes.flatMap((agent) => Object.values(agent)) ?? [];
  const returned = lists.reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (returned === count && lists.every(({ complete }) => complete)) return;
  const reasons = lists.flatMap(({ sources }) => sources.flatMap(({ error }) => error?.reason ?? error?.code ?? []));
  const messages = errors.map(({ message }) => message);
  throw new Error(`returned ${returned} of ${count} sessions: ${[...new Set([...messages, ...reasons])].join(', ')}`);
}

function startLivePersonGateway(folder: string, vendorUrl: string): Promise<BenchProcess> {
  const account = {
    name: 'lp',
    vendor: 'liveperson',
    baseUrl: vendorUrl,
    accountId: ACCOUNT_ID,
    consumerKey: 'bench',
    consumerSecret: 'bench-consumer-secret',
    accessToken: 'bench-access-token',
    accessTokenSecret: 'bench-token-secret',
    discover: false,
    timeoutMs: 60_000,
  };
  const config = {
    accounts: [account],
    agents: people.map(({ refsByVendor, email }) => ({
      id: email,
      kind: 'human',
      accounts: { lp: refsByVendor.liveperson },
    })),
    // A query for 500 files needs more than 500 calls.
    limits: { maxVendorCalls: 2000 },
  };
  const file = join(folder, 'liveperson.yaml');
  writeFileSync(file, stringify(config));
  return startProcess({
    name: 'Switchboard',
    command: nodeCommand('src/main.ts'),
    env: { SWITCHBOARD_CONFIG: file },
    path: '/graphql',
  });
}
