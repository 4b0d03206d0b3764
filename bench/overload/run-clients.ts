import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type BenchProcess, LOAD_CORE, nodeCommand } from '../throughput/process.ts';
import { takeNumber } from '../throughput/wrk.ts';
import type { ExchangeSummary } from './exchanges.ts';

/** The message that a client process is started with. */
export interface ClientJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly workload: string;
  readonly day: string;
  readonly firstNumber: number;
  readonly connections: number;
  readonly seconds: number;
  /** Whether clients wait as long as a refusal says; otherwise they return at once. */
  readonly waitsAfterRefusal: boolean;
}

export interface ClientResult extends ExchangeSummary {
  /** The longest response time of each health check, by path. */
  readonly health: Readonly<Record<string, number>>;
  /** Of the server, for each answer. */
  readonly cpuMs: number;
}

type ClientOptions = Omit<ClientJob, 'url' | 'headers' | 'firstNumber'>;

/** More numbers than a run can use. */
const NUMBERS = 200_000;

/** Runs closed-loop clients in a new process on the core of the load generator. */
export async function runClients(server: BenchProcess, options: ClientOptions): Promise<ClientResult> {
  const child = spawn('taskset', ['-c', String(LOAD_CORE), ...nodeCommand('bench/overload/client.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // JSON has no Infinity, which stands for a failed health check.
    serialization: 'advanced',
  });
  try {
    const { url, headers } = server;
    const reply = once(child, 'message');
    child.send({ ...options, url, headers, firstNumber: takeNumber(NUMBERS) } satisfies ClientJob);
    const cpuBefore = server.cpuMs();
    const [result] = (await reply) as [Omit<ClientResult, 'cpuMs'>];
    return { ...result, cpuMs: (server.cpuMs() - cpuBefore) / Math.max(1, result.answered + result.late) };
  } finally {
    child.kill();
  }
}
