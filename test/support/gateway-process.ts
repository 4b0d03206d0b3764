import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach } from '@jest/globals';

const MAIN_PATH = join(import.meta.dirname, '../../src/main.ts');

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Node options, before the script. */
  readonly nodeOptions?: readonly string[];
  /** A program that runs the command that follows its own arguments, such as `nice`. */
  readonly wrapper?: readonly string[];
  /** Shell commands to run before the shell executes the gateway, such as `ulimit`. */
  readonly shellPrelude?: string;
  readonly stdio?: StdioOptions;
  /** What Node runs; src/main.ts of this checkout if absent. */
  readonly script?: string;
  /** The arguments of the script. */
  readonly args?: readonly string[];
}

export interface RunningGateway {
  readonly process: ChildProcess;
  readonly url: string;
  /** What it wrote on standard error until it served. */
  readonly banner: string;
}

/** Runs gateways as processes in an empty folder, so they use the sandbox. They are killed after each test. */
export function setUpGatewayProcesses() {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  function run(options: RunOptions = {}): ChildProcess {
    const { env = {}, nodeOptions = [], wrapper = [], shellPrelude, stdio = 'pipe', script = MAIN_PATH } = options;
    const command = [process.execPath, ...nodeOptions, script, ...(options.args ?? [])];
    const shell = shellPrelude ? ['sh', '-c', `${shellPrelude}; exec "$@"`, 'sh'] : [];
    const [file = '', ...args] = [...wrapper, ...shell, ...command];
    const child = spawn(file, args, { cwd: folder, env: { ...process.env, PORT: '0', ...env }, stdio });
    children.push(child);
    return child;
  }

  return {
    folder: () => folder,
    run,
    /** Resolves once the gateway serves. Reads its URL from standard error, which must be a pipe. */
    start: async (options?: RunOptions): Promise<RunningGateway> => {
      const child = run(options);
      if (!child.stderr) throw new Error('standard error is not a pipe');
      let banner = '';
      for await (const line of createInterface(child.stderr)) {
        banner += `${line}\n`;
        const url = /GraphQL\s+(http\S+)\/graphql/.exec(line)?.[1];
        if (url) return { process: child, url, banner };
      }
      throw new Error('the gateway did not start');
    },
  };
}

/** Sends a query; returns the response's status and data. */
export async function sendQuery(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly data: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, ...((await response.json()) as { readonly data: unknown }) };
}

/** Sends SIGTERM; resolves to the exit status. */
export async function terminate(child: ChildProcess): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await exited) as [number | null];
  return code;
}
