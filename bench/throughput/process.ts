import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The core of the measured servers; the load generator and the stub share the other one. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
/** `getconf CLK_TCK`, on every Linux. */
const TICKS_PER_SECOND = 100;
const POLL_MS = 5;
const MAX_START_MS = 120_000;

export interface BenchProcess {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the start of the process to its first answer. */
  readonly startMs: number;
  /** User and system time of all its threads. */
  readonly cpuMs: () => number;
  /** Likewise, of the main thread alone and to the microsecond. */
  readonly mainThreadCpuMs: () => number;
  readonly rssMb: () => number;
  /** Stops it as an operator does, and waits until it has ended. */
  readonly end: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ProcessOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly core?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it listens, if it does not print that. */
  readonly url?: string;
  /** What follows the URL that the process prints. */
  readonly path?: string;
}

/** The command of a Node script of the repository. */
export function nodeCommand(script: string): readonly string[] {
  return [process.execPath, ROOT + script];
}

/** The command of `npm start` in a checkout: Node with the options that it names there. */
export function startCommand(root = ROOT): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  const [, options = ''] = /^exec node (.*)src\/start\.mjs$/.exec(scripts.start) ?? [];
  return [process.execPath, ...options.split(' ').filter(Boolean), join(root, 'src/start.mjs')];
}

/** Moves this process off the servers' core; returns the function that gives it its cores back, which its children inherit. */
export function moveToLoadCore(): () => void {
  const [, cores = ''] = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const moveTo = (list: string) => execFileSync('taskset', ['-acp', list, String(process.pid)], { stdio: 'ignore' });
  moveTo(String(LOAD_CORE));
  return () => {
    moveTo(cores);
  };
}

/** A benchmark that is interrupted leaves no server behind. */
const running = new Set<ChildProcess>();

function stopOnExit(child: ChildProcess): void {
  if (process.listenerCount('exit', killRunning) === 0) {
    process.once('exit', killRunning);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  }
  running.add(child);
  child.once('exit', () => running.delete(child));
}

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts a process on one core, and waits for its first answer. */
export async function startProcess(options: ProcessOptions): Promise<BenchProcess> {
  const { name, command, cwd = ROOT, env = {}, core = SERVER_CORE, headers = {}, path = '' } = options;
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', String(core), ...command], {
    cwd,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  stopOnExit(child);
  const { printed, ignoreRest } = readOutput(child, name);
  const url = options.url ?? (await printed) + path;
  const stat = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  const exit = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  const first = waitForAnswer(url, headers);
  await Promise.race(options.url === undefined ? [first] : [first, printed.then(() => first)]);
  ignoreRest();
  return {
    name,
    url,
    headers,
    startMs: performance.now() - startedAt,
    cpuMs: () => {
      const fields = stat('stat').split(') ')[1]?.split(' ') ?? [];
      return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
    },
    mainThreadCpuMs: () => Number(stat(`task/${child.pid}/schedstat`).split(' ')[0]) / 1e6,
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(stat('status'))?.[1]) / 1024,
    end: () => exit('SIGTERM'),
    stop: () => exit('SIGKILL'),
  };
}

/** Reads what a server prints. A line of JSON has its URL; the gateway’s log may be off, but its banner names the URL, too. */
function readOutput(child: ChildProcessByStdio<null, Readable, Readable>, name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines: string[] = [];
  const read = (stream: Readable, findUrl: (line: string) => string | undefined) =>
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      const url = findUrl(line);
      if (url !== undefined) resolve(url);
    });
  const readers = [
    read(child.stdout, (line) => (line.includes('"message"') ? undefined : /"url":"(http:[^"]+)"/.exec(line)?.[1])),
    read(child.stderr, (line) => /GraphQL\s+(http\S+)\/graphql/.exec(line)?.[1]),
  ];
  child.once('exit', () => {
    reject(new Error(`${name} did not start: ${lines.join(' ').slice(0, 1000)}`));
  });
  /** What follows, such as the access log, is taken off the pipe as bytes, as a container's runtime does. */
  function ignoreRest(): void {
    for (const reader of readers) reader.close();
    for (const stream of [child.stdout, child.stderr]) stream.resume();
  }
  return { printed: promise, ignoreRest };
}

async function waitForAnswer(url: string, headers: ProcessOptions['headers']): Promise<void> {
  const deadline = performance.now() + MAX_START_MS;
  while (performance.now() < deadline) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"query":"{ __typename }"}',
    }).catch(() => null);
    await response?.arrayBuffer();
    if (response?.ok === true) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${url} does not answer`);
}
