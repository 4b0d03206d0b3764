import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';
import { REDIS_SERVER, requireProgram } from './programs.ts';

/** A Redis server for one test, in memory only. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Sends one command; returns the raw reply. */
  readonly command: (...words: readonly string[]) => Promise<string>;
  /** Stops replying, but keeps its connections. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly kill: () => Promise<void>;
  /** Starts again after `kill`: empty, on the same port. */
  readonly restart: () => Promise<void>;
}

/** `args` are further settings, such as `--replicaof`. */
export async function startRedisServer(...args: readonly string[]): Promise<RedisServer> {
  const executable = requireProgram(REDIS_SERVER);
  const port = await findFreePort();
  // A replica writes its copy to the folder where it runs, and any server that starts there loads it.
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-redis-'));
  const spawnServer = () => spawnRedisServer(executable, port, ['--dir', folder, ...args]);
  let child = await spawnServer();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    command: (...words) => sendRedisCommand(port, words),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
    async restart() {
      child = await spawnServer();
    },
  };
}

async function spawnRedisServer(executable: string, port: number, args: readonly string[]): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...args];
  const child = spawn(executable, settings, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`redis-server ended: ${output}`));
    });
  });
  return child;
}

/** Sends one command; returns the raw reply. Uses the protocol directly, so that tests do not depend on the client under test. */
export function sendRedisCommand(port: number, words: readonly string[]): Promise<string> {
  const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(`*${words.length}\r\n${text}`));
    let reply = '';
    socket.on('data', (chunk) => {
      reply += chunk.toString();
      socket.end();
    });
    socket.once('close', () => {
      resolve(reply);
    });
    socket.once('error', reject);
  });
}
