import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** A project with the client package installed as npm would install it: what it builds and lists in `files`, nothing else. */
export interface ClientProject {
  readonly folder: string;
  /** Runs a module; returns what it writes to stdout. Rejects with its stderr. */
  readonly execute: (module: string) => Promise<string>;
  /** Compiles a module in strict mode, without Node's types; returns the compiler's errors. */
  readonly typecheck: (module: string) => Promise<string>;
  readonly remove: () => void;
}

export async function installPackedClient(): Promise<ClientProject> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-client-'));
  const client = join(folder, 'node_modules/switchboard-client');
  const source = join(root, 'packages/client');
  const tsc = (args: readonly string[]) =>
    run(process.execPath, [join(root, 'node_modules/@typescript/native/bin/tsc'), ...args], { cwd: folder });
  await tsc(['-p', join(source, 'tsconfig.build.json'), '--outDir', join(client, 'dist')]);
  for (const file of ['package.json', 'documents']) cpSync(join(source, file), join(client, file), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  return {
    folder,
    execute: async (module) => {
      const { stdout } = await run(process.execPath, [write('main.mjs', module)], { cwd: folder });
      return stdout;
    },
    typecheck: async (module) => {
      const options =
        '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2023 --lib es2023,dom';
      return tsc([...options.split(' '), '--types', '', write('main.ts', module)]).then(
        ({ stdout }) => stdout,
        (error: unknown) => (error as { readonly stdout: string }).stdout,
      );
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
