import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams. */
  readonly text: string;
}

/** A copy of examples/clients whose generated files a test may write and whose files it may change. */
export interface ClientExamples {
  readonly folder: string;
  /** Runs a script of a package, or a program by its path, in a folder of the copy. */
  readonly run: (cwd: string, command: readonly string[], options?: CommandOptions) => Promise<CommandResult>;
  /** Runs a module against a gateway; returns the JSON that it prints. */
  readonly execute: (module: string, url: string, env?: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Replaces the only occurrence of `search` in a file. */
  readonly change: (file: string, search: string, replacement: string) => void;
  readonly remove: () => void;
}

/** Copies the examples beside a schema. `packages`: which folders of the copy are links to folders with installed packages. */
export function copyClientExamples(schema: string, packages: Readonly<Record<string, string>>): ClientExamples {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-clients-'));
  cpSync(join(ROOT, 'examples/clients'), folder, {
    recursive: true,
    filter: (path) => !/node_modules|__generated__/.test(path),
  });
  for (const [target, source] of Object.entries(packages)) {
    symlinkSync(resolvePath(ROOT, source), join(folder, target), 'junction');
  }
  writeFileSync(join(folder, 'schema.graphql'), schema);

  function run(
    cwd: string,
    [program = '', ...args]: readonly string[],
    { env = {}, input = '' }: CommandOptions = {},
  ): Promise<CommandResult> {
    // As in an application's CI; under NODE_ENV=test some generators report a failure without its reason.
    const options = {
      cwd: join(folder, cwd),
      env: { ...process.env, NODE_ENV: 'development', NO_COLOR: '1', ...env },
      maxBuffer: 2 ** 26,
    };
    const isScript = /\.(js|ts|mjs)$/.test(program) || program.includes('node_modules/');
    const command = isScript ? [process.execPath, program, ...args] : [program, ...args];
    return new Promise((resolve) => {
      const child = execFile(command[0] ?? '', command.slice(1), options, (error, stdout, stderr) => {
        resolve({ ok: error === null, stdout, text: stdout + stderr });
      });
      child.stdin?.end(input);
    });
  }

  return {
    folder,
    run,
    async execute(module, url, env = {}) {
      const { ok, stdout, text } = await run('.', [module, url], { env });
      if (!ok) throw new Error(text);
      return JSON.parse(stdout) as unknown;
    },
    change(file, search, replacement) {
      const path = join(folder, file);
      const parts = readFileSync(path, 'utf8').split(search);
      if (parts.length !== 2) throw new Error(`"${search}" must occur in ${file} exactly once`);
      writeFileSync(path, parts.join(replacement));
    },
    remove() {
      rmSync(folder, { recursive: true });
    },
  };
}

/** The project's own compiler. */
export const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
