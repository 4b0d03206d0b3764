import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stringify } from 'yaml';
import { AGENT_COUNT } from './workloads.ts';

const ROOT = new URL('../../', import.meta.url);
const API_KEY = 'bench-key';
/** The core of the measured servers; the load generator and the stub share the other one. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
/** `getconf CLK_TCK`, on every Linux. */
const TICKS_PER_SECOND = 100;

export interface BenchServer {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the start of the process to its first line. */
  readonly startMs: number;
  readonly cpuMs: () => number;
  readonly rssMb: () => number;
  readonly stop: () => Promise<void>;
}

interface SpawnOptions {
  readonly name: string;
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly core?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What follows the URL that the process logs. */
  readonly path?: string;
}

/** Starts a Node process on one core, and waits until it logs its URL. */
export async function startServer(options: SpawnOptions): Promise<BenchServer> {
  const { name, script, env = {}, core = SERVER_CORE, headers = {}, path = '' } = options;
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', String(core), process.execPath, new URL(script, ROOT).pathname], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await waitForUrl(child, name);
  const stat = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  return {
    name,
    url: url + path,
    headers,
    startMs: performance.now() - startedAt,
    cpuMs: () => {
      const fields = stat('stat').split(') ')[1]?.split(' ') ?? [];
      return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
    },
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(stat('status'))?.[1]) / 1024,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Servers print a line of JSON with their URL. The gateway's log may be off, but its banner names the URL, too. */
async function waitForUrl(child: ChildProcessByStdio<null, Readable, Readable>, name: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const errors: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    const [, url] = /"url":"(http:[^"]+)"/.exec(line) ?? [];
    if (url !== undefined && !line.includes('"message"')) resolve(url);
  });
  createInterface(child.stderr).on('line', (line) => {
    const [, url] = /GraphQL\s+(http\S+)\/graphql/.exec(line) ?? [];
    if (url !== undefined) resolve(url);
    errors.push(line);
  });
  child.once('exit', () => {
    reject(new Error(`${name} did not start: ${errors.join(' ')}`));
  });
  return promise;
}

/** The gateway as a user runs it: callers' keys, limits and logs at their defaults. `isBare`: neither keys nor logs. */
export function startSwitchboard(folder: string, vendorUrl: string, isBare: boolean): Promise<BenchServer> {
  const file = join(folder, isBare ? 'bare.yaml' : 'usual.yaml');
  const apiKeys = [{ name: 'bench', sha256: createHash('sha256').update(API_KEY).digest('hex') }];
  writeFileSync(file, stringify({ ...gatewayConfig(vendorUrl), ...(!isBare && { auth: { apiKeys } }) }));
  return startServer({
    name: isBare ? 'Switchboard, no keys and no log' : 'Switchboard',
    script: 'src/main.ts',
    env: { SWITCHBOARD_CONFIG: file, ...(isBare && { LOG_LEVEL: 'warn' }) },
    path: '/graphql',
    headers: isBare ? {} : { authorization: `Bearer ${API_KEY}` },
  });
}

function gatewayConfig(vendorUrl: string) {
  const common = { baseUrl: vendorUrl, timeoutMs: 60_000 };
  return {
    cache: { ttl: { interactions: 3600, statusPast: 3600, statusLive: 3600 } },
    accounts: [
      {
        ...common,
        name: 'kore',
        vendor: 'kore',
        accountId: 'account',
        streamId: 'st-1',
        clientId: 'cs-1',
        clientSecret: 'bench-secret',
        discover: false,
      },
      { ...common, name: 'vcc', vendor: 'vonage', accountKey: 'key', clientId: 'id', clientSecret: 'bench-secret' },
    ],
    agents: Array.from({ length: AGENT_COUNT }, (_, index) => ({
      id: `agent-${index}`,
      kind: 'human',
      name: `Agent ${index}`,
      accounts: { kore: `agent-${index}@bench.example`, vcc: String(1000 + index) },
    })),
  };
}

/** The peers that are installed, and the names of those that are not. */
export function findPeers(): { readonly installed: readonly string[]; readonly missing: readonly string[] } {
  const packages = { apollo: '@apollo/server', mercurius: 'mercurius' };
  const has = (name: string): boolean => existsSync(new URL(`bench/peers/node_modules/${name}/package.json`, ROOT));
  const names = Object.keys(packages) as (keyof typeof packages)[];
  return {
    installed: names.filter((name) => has(packages[name])),
    missing: names.filter((name) => !has(packages[name])),
  };
}
