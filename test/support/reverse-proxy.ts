import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';
import { HAPROXY, NGINX, type Program, requireProgram } from './programs.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');

/** A proxy of deploy/ as a process, in front of gateways on this machine. */
export interface ReverseProxy {
  readonly url: string;
  /** Stops it; returns what it wrote on standard error. */
  readonly stop: () => Promise<string>;
}

interface ProxyKind {
  readonly program: Program;
  readonly configFile: string;
  readonly args: (file: string) => readonly string[];
}

const KINDS = {
  nginx: { program: NGINX, configFile: 'nginx/nginx.conf', args: (file) => ['-c', file, '-g', 'daemon off;'] },
  haproxy: { program: HAPROXY, configFile: 'haproxy/haproxy.cfg', args: (file) => ['-db', '-f', file] },
} as const satisfies Record<string, ProxyKind>;

type ProxyName = keyof typeof KINDS;

/** One line for each gateway: `server gateway-1:4000 …` in nginx, `server gateway-1 gateway-1:4000` in HAProxy. */
const SERVER_LINES = /(?:^ +server (?:gateway-\d )?gateway-\d:4000.*\n)+/m;

/** The configuration of deploy/ with other addresses: everything else is as it is shipped. */
function adaptConfig({ configFile }: ProxyKind, folder: string, port: number, gatewayPorts: readonly number[]): string {
  const toServerLines = (lines: string) => {
    const [line = ''] = lines.split('\n');
    return gatewayPorts
      .map((gatewayPort, index) =>
        line.replace('gateway-1:4000', `127.0.0.1:${gatewayPort}`).replace('gateway-1', `g${index}`),
      )
      .join('\n');
  };
  return readFileSync(join(DEPLOY, configFile), 'utf8')
    .replace(SERVER_LINES, (lines) => `${toServerLines(lines)}\n`)
    .replace(/(listen|bind) :?8080/, `$1 127.0.0.1:${port}`)
    .replaceAll('/tmp/', `${folder}/`);
}

export async function startReverseProxy(name: ProxyName, gatewayPorts: readonly number[]): Promise<ReverseProxy> {
  const kind: ProxyKind = KINDS[name];
  const executable = requireProgram(kind.program);
  const folder = await mkdtemp(join(tmpdir(), `switchboard-${name}-`));
  const port = await findFreePort();
  const file = join(folder, 'proxy.conf');
  await writeFile(file, adaptConfig(kind, folder, port, gatewayPorts));
  const child = spawn(executable, kind.args(file), { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()));
  await waitForPort(port, child, () => log);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
      await rm(folder, { recursive: true });
      return log;
    },
  };
}

async function waitForPort(port: number, child: ChildProcess, log: () => string): Promise<void> {
  while (!(await acceptsConnection(port))) {
    if (child.exitCode !== null) throw new Error(`the proxy did not start: ${log()}`);
  }
}

function acceptsConnection(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
