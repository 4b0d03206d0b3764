import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** Untracked files, files without a role here, and the example vendor itself. */
const EXCLUDED_PATHS =
  /^(\.git|dist|coverage|switchboard\.yaml|bench\/peers\/tailcall\/glibc|test\/example-vendor)(\/|$)|(^|\/)node_modules(\/|$)|\.log$/;

/** An addition to a file of the gateway. */
export interface FileEdit {
  readonly file: string;
  /** The text after which to insert; it must occur exactly once. Null: at the beginning of the file. */
  readonly after: string | null;
  readonly add: string;
}

interface CommandResult {
  readonly ok: boolean;
  readonly output: string;
}

/** A copy of the checkout that a test may change. */
export interface CheckoutCopy {
  readonly path: (...parts: readonly string[]) => string;
  /** Copies a folder of this checkout into the copy. */
  readonly addFolder: (from: string, to: string) => Promise<void>;
  readonly edit: (edit: FileEdit) => Promise<void>;
  /** Returns the files that changed since the copy was made, sorted. */
  readonly changedFiles: () => Promise<readonly string[]>;
  /** Runs an npm script of the project. */
  readonly runScript: (name: string, ...args: readonly string[]) => Promise<CommandResult>;
  /** Runs an installed tool. */
  readonly runTool: (name: string, ...args: readonly string[]) => Promise<CommandResult>;
  readonly remove: () => Promise<void>;
}

export async function copyCheckout(): Promise<CheckoutCopy> {
  // If the temporary folder is a symbolic link, Jest would see every file under two names.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'example-vendor-')));
  await cp(ROOT, folder, { recursive: true, filter: (path) => !EXCLUDED_PATHS.test(relative(ROOT, path)) });
  const original = await contentsOf(folder);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));

  async function run(command: string, args: readonly string[]): Promise<CommandResult> {
    try {
      const { stdout } = await promisify(execFile)(command, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
      return { ok: true, output: stdout };
    } catch (error) {
      const { stdout = '', stderr = String(error) } = error as { stdout?: string; stderr?: string };
      return { ok: false, output: stdout === '' ? stderr : stdout };
    }
  }

  return {
    path: (...parts) => join(folder, ...parts),
    addFolder: (from, to) => cp(from, join(folder, to), { recursive: true }),
    async edit({ file, after, add }) {
      const [before, ...rest] = (await readFile(join(folder, file), 'utf8')).split(after ?? /^/);
      if (before === undefined || rest.length !== (after === null ? 0 : 1)) {
        throw new Error(`${file}: the text to insert after must occur exactly once: ${String(after)}`);
      }
      const text = after === null ? [add, before] : [before, after, add, ...rest];
      await writeFile(join(folder, file), text.join(''));
    },
    async changedFiles() {
      const present = await contentsOf(folder);
      const paths = new Set([...original.keys(), ...present.keys()]);
      return [...paths].filter((path) => original.get(path) !== present.get(path)).sort();
    },
    runScript: (name, ...args) => run('npm', ['run', '--silent', name, '--', ...args]),
    runTool: (name, ...args) => run(process.execPath, [join(ROOT, 'node_modules/.bin', name), ...args]),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Reads every file below a folder, by its relative path. */
async function contentsOf(folder: string, below = ''): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (EXCLUDED_PATHS.test(path)) continue;
    if (!entry.isDirectory()) contents.set(path, await readFile(join(folder, path), 'latin1'));
    else for (const [inner, text] of await contentsOf(folder, path)) contents.set(inner, text);
  }
  return contents;
}
