import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import { assertAnswers } from './answers.ts';
import { startGateway } from './gateway.ts';
import { waitUntilIdle } from './idle.ts';
import { BARE_SERVER, findPeers, type PeerOptions } from './peers.ts';
import { type BenchProcess, LOAD_CORE, moveToLoadCore, nodeCommand, startProcess } from './process.ts';
import { readStats, startStub, type StubOptions } from './stub.ts';
import type { Workload } from './workloads.ts';
import { type Load, runLoad } from './wrk.ts';

const WARM_UP_SECONDS = 2;

export interface Measured extends Load {
  readonly cpuMs: number;
  readonly vendorCalls: number;
  readonly rssMb: number;
  /** Share of the time in which the stub computed: near 1 it, and not the server, is the limit. */
  readonly stubCpu: number;
  /** Of the calls with the longest delay; 0 without a delay. */
  readonly slowestCallMs: number;
}

export type Measurements = ReadonlyMap<string, readonly Measured[]>;

export interface SideBySide {
  readonly folder: string;
  readonly stub: BenchProcess;
  readonly servers: readonly BenchProcess[];
  /** What readers of the figures must know: peers that are missing, answers that are wrong. */
  readonly notes: string[];
}

export interface SideOptions extends StubOptions {
  readonly isCached: boolean;
  readonly concurrency?: number;
  /** Names of the peers; absent: all. */
  readonly peers?: readonly string[];
}

/** Starts the stub, the gateway as users run it and without safety, and the peers that this machine has. */
export async function withServers<T>(options: SideOptions, run: (bench: SideBySide) => Promise<T>): Promise<T> {
  const { isCached, concurrency, agents } = options;
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const moveBack = moveToLoadCore();
  const stub = await startStub(options);
  const servers: BenchProcess[] = [];
  try {
    const common = { folder, vendorUrl: stub.url, agents, isCached };
    const gateway = { ...common, ...(concurrency !== undefined && { concurrency }) };
    servers.push(await startGateway(gateway), await startGateway({ ...gateway, isSafe: false }));
    const { started, notes } = await startPeers(common, options.peers);
    servers.push(...started);
    return await run({ folder, stub, servers, notes });
  } finally {
    for (const server of [...servers, stub]) await server.stop();
    rmSync(folder, { recursive: true });
    moveBack();
  }
}

async function startPeers(options: PeerOptions, names?: readonly string[]) {
  const started: BenchProcess[] = [];
  const notes: string[] = [];
  for (const { name, missing, start } of findPeers(options)) {
    if (names && !names.includes(name)) continue;
    const reason = missing();
    if (reason !== null) notes.push(`${name} ${reason}`);
    else
      await start(options).then(
        (server) => started.push(server),
        (error: unknown) => notes.push(String(error)),
      );
  }
  return { started, notes };
}

export interface LoadRound extends Pick<BenchOptions, 'rounds' | 'seconds' | 'progress'> {
  readonly connections: number;
  /** Absent: two seconds, or a round where that is shorter. */
  readonly warmUpSeconds?: number;
  /** Whether to measure a server beside them that writes the gateway's bytes. */
  readonly hasBareServer?: boolean;
}

/** Checks the answers of every server, then measures them in interleaved rounds. A server that answers wrongly is left out and noted. */
export async function measureWorkload(bench: SideBySide, workload: Workload, round: LoadRound): Promise<Measurements> {
  const checked: BenchProcess[] = [];
  let bytes = '';
  for (const server of bench.servers) {
    round.progress(`${workload.name}: answers of ${server.name}`);
    const outcome = await assertAnswers(server, workload).catch((error: unknown) => error as Error);
    if (typeof outcome === 'string') {
      checked.push(server);
      bytes ||= outcome;
    } else bench.notes.push(`${workload.name}: ${server.name} ${outcome.message}`);
  }
  const bare = round.hasBareServer === true ? await startBareServer(bench.folder, bytes) : null;
  try {
    return await measureServers(bench, workload, bare ? [...checked, bare] : checked, round);
  } finally {
    await bare?.stop();
  }
}

function startBareServer(folder: string, bytes: string): Promise<BenchProcess> {
  const answerFile = join(folder, 'answer.json');
  writeFileSync(answerFile, bytes);
  return startProcess({
    name: BARE_SERVER,
    command: nodeCommand('bench/peers/bare.mjs'),
    env: { ANSWER_FILE: answerFile },
  });
}

async function measureServers(
  { folder, stub }: SideBySide,
  workload: Workload,
  servers: readonly BenchProcess[],
  { connections, rounds, seconds, progress, warmUpSeconds = Math.min(WARM_UP_SECONDS, seconds) }: LoadRound,
): Promise<Measurements> {
  const byName = new Map(servers.map((server) => [server.name, server]));
  const load = (server: BenchProcess, duration: number): Promise<Load> =>
    runLoad({
      ...server,
      workload,
      seconds: duration,
      connections,
      scriptFile: join(folder, 'wrk.lua'),
      core: LOAD_CORE,
    });
  for (const server of servers) {
    progress(`${workload.name}, ${connections} connections: warm-up of ${server.name}`);
    await load(server, warmUpSeconds);
  }
  return interleave([...byName.keys()], rounds, async (name) => {
    progress(`${workload.name}, ${connections} connections: ${name}`);
    const server = byName.get(name);
    if (!server) throw new Error(`no server ${name}`);
    await waitUntilIdle(servers);
    const [{ calls: callsBefore }, cpuBefore, stubBefore] = [await readStats(stub.url), server.cpuMs(), stub.cpuMs()];
    const result = await load(server, seconds);
    const [cpuMs, stubMs] = [server.cpuMs() - cpuBefore, stub.cpuMs() - stubBefore];
    const { calls, slowestMs } = await readStats(stub.url);
    return {
      ...result,
      cpuMs: cpuMs / result.requests,
      vendorCalls: (calls - callsBefore) / result.requests,
      rssMb: server.rssMb(),
      stubCpu: stubMs / 1000 / seconds,
      slowestCallMs: slowestMs ?? 0,
    };
  });
}
