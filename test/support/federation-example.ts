import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const EXAMPLE = fileURLToPath(new URL('../../examples/federation/', import.meta.url));

/** The programs of examples/federation, in a folder of their own. */
export interface FederationExample {
  readonly writeFile: (name: string, text: string) => void;
  /** Starts a server of the example on a file; returns the URL that it prints. */
  readonly start: (program: string, file: string) => Promise<string>;
  /** Returns the supergraph of the subgraphs with these URLs. */
  readonly compose: (subgraphs: Readonly<Record<string, string>>, key: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export function createFederationExample(): FederationExample {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-router-'));
  const children: ChildProcess[] = [];
  return {
    writeFile: (name, text) => {
      writeFileSync(join(folder, name), text);
    },
    async start(program, file) {
      const child = spawn(process.execPath, [join(EXAMPLE, program), file], {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: '', PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${program} has ended`)));
      const lines = once(createInterface(child.stdout), 'line') as Promise<[string]>;
      const [line] = await Promise.race([lines, ended]);
      // It ends with the tests.
      ended.catch(() => undefined);
      return line;
    },
    async compose(subgraphs, key) {
      const names = Object.entries(subgraphs).map(([name, url]) => `${name}=${url}`);
      const { stdout } = await promisify(execFile)(process.execPath, [join(EXAMPLE, 'compose.mjs'), ...names], {
        env: { ...process.env, NODE_OPTIONS: '', SWITCHBOARD_KEY: key },
      });
      return stdout;
    },
    async stop() {
      for (const child of children) {
        const exited = once(child, 'exit');
        if (child.kill()) await exited;
      }
      rmSync(folder, { recursive: true });
    },
  };
}
