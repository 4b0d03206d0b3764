import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import type { Measurement, ProbeRequest } from './gateway-probe.ts';

const ROOT = new URL('../../../', import.meta.url);
const PROBE = new URL('gateway-probe.ts', import.meta.url);

/** The configuration that a sandbox prints. */
export interface SandboxYaml {
  readonly accounts: readonly (Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly vendor: string;
    readonly baseUrl: string;
  })[];
  readonly agents: readonly unknown[];
  readonly teams: readonly unknown[];
}

export interface SandboxProcess {
  readonly config: SandboxYaml;
  readonly stop: () => Promise<unknown>;
}

/** Runs `npm run sandbox` on free ports. */
export async function startSandboxProcess(folder: string, name: string): Promise<SandboxProcess> {
  const file = join(folder, `${name}.yaml`);
  const child = spawn(process.execPath, [new URL('src/cli/switchboard.mjs', ROOT).pathname, 'sandbox', '--port', '0'], {
    stdio: ['ignore', openSync(file, 'w'), 'pipe'],
  });
  await waitForLine(child, /__sandbox\/faults -X DELETE/);
  return { config: parse(readFileSync(file, 'utf8')) as SandboxYaml, stop: () => terminate(child) };
}

export interface GatewayProcess {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  /** How far its wall clock is ahead. */
  readonly shiftMs: () => number;
  /** When its wall clock was last set. */
  readonly shiftedAt: () => number;
  readonly setShift: (shiftMs: number) => Promise<void>;
  readonly measure: () => Promise<Measurement>;
  readonly readMetrics: () => Promise<string>;
  /** Ends it as an orchestrator would; returns the exit status. */
  readonly stop: () => Promise<number | null>;
}

export interface GatewayProcessOptions {
  readonly name: string;
  readonly folder: string;
  readonly configFile: string;
  readonly shiftMs: number;
}

/** Runs a gateway whose wall clock is ahead by `shiftMs`; resolves once it is ready. */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { name, folder, configFile } = options;
  const logFile = join(folder, `${name}.log`);
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', `${PROBE.href}?shift=${options.shiftMs}`, new URL('src/main.ts', ROOT).pathname],
    {
      cwd: folder,
      env: { ...process.env, SWITCHBOARD_CONFIG: configFile, PORT: '0', HOST: '127.0.0.1' },
      stdio: ['ignore', openSync(logFile, 'w'), 'pipe', 'ipc'],
    },
  );
  const [, url = ''] = await waitForLine(child, /GraphQL\s+(http\S+)\/graphql/);
  let { shiftMs } = options;
  let shiftedAt = -Infinity;
  const ask = async (request: ProbeRequest): Promise<unknown> => {
    const reply = once(child, 'message');
    child.send(request);
    return ((await reply) as [unknown])[0];
  };
  return {
    name,
    url,
    logFile,
    shiftMs: () => shiftMs,
    shiftedAt: () => shiftedAt,
    async setShift(ms) {
      await ask({ kind: 'shift', shiftMs: ms });
      shiftMs = ms;
      shiftedAt = Date.now();
    },
    measure: async () => (await ask({ kind: 'measure' })) as Measurement,
    readMetrics: async () => (await fetch(`${url}/metrics`)).text(),
    stop: () => terminate(child),
  };
}

async function waitForLine(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  if (!child.stderr) throw new Error('standard error is not a pipe');
  const lines: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    const match = pattern.exec(line);
    if (match) {
      child.stderr.resume();
      return match;
    }
    lines.push(line);
  }
  throw new Error(`${child.spawnargs.at(-1) ?? ''} did not start: ${lines.join('\n')}`);
}

async function terminate(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  return (await exited)[0];
}
