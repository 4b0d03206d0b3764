import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The command `switchboard` of this checkout. */
export const SWITCHBOARD = join(import.meta.dirname, '../../src/cli/switchboard.mjs');

export interface CommandRun {
  readonly status: unknown;
  readonly out: string;
  readonly err: string;
}

export interface CommandRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A folder in which `switchboard` is run as a process. */
export interface CommandFolder {
  readonly path: (name: string) => string;
  /** Writes a file; returns its name. */
  readonly write: (name: string, text: string) => string;
  /** The environment is `env` alone. */
  readonly run: (args: readonly string[], options?: CommandRunOptions) => Promise<CommandRun>;
  readonly remove: () => void;
}

export function createCommandFolder(): CommandFolder {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-cli-'));
  return {
    path: (name) => join(folder, name),
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return name;
    },
    run: (args, { env = {}, input = '' } = {}) =>
      new Promise((resolve) => {
        const child = execFile(process.execPath, [SWITCHBOARD, ...args], { cwd: folder, env }, (error, out, err) => {
          resolve({ status: error?.code ?? 0, out, err });
        });
        child.stdin?.end(input);
      }),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
