import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface CommandResult {
  readonly ok: boolean;
  /** The tool's output, both streams. */
  readonly text: string;
}

/** A copy of the example client and of the schema that a test may change. */
export interface Consumer {
  /** Replaces the only occurrence of `search` in the schema. */
  changeSchema(search: string, replacement: string): void;
  codegen(): Promise<CommandResult>;
  typecheck(): Promise<CommandResult>;
  /** Reads the generated files, by name. */
  generated(): Readonly<Record<string, string>>;
  remove(): void;
}

export function copyConsumer(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'typed-client-'));
  const client = join(folder, 'client');
  const schema = join(folder, 'schema');
  cpSync(join(root, 'examples/typed-client'), client, {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  });
  cpSync(join(root, 'schema'), schema, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  // As in a consumer's CI; under NODE_ENV=test the generator reports a failure without its reason.
  const env = { ...process.env, SCHEMA: '../schema/*.graphql', NODE_ENV: 'development', NO_COLOR: '1' };
  const run = (script: string, args: readonly string[]) =>
    new Promise<CommandResult>((resolve) => {
      const command = [join(root, 'node_modules', script), ...args];
      execFile(process.execPath, command, { cwd: client, env }, (error, stdout, stderr) => {
        resolve({ ok: error === null, text: stdout + stderr });
      });
    });
  return {
    changeSchema: (search, replacement) => {
      const files = readdirSync(schema).map((name) => join(schema, name));
      const hits = files.filter((file) => readFileSync(file, 'utf8').includes(search));
      const [file] = hits;
      const text = file === undefined ? '' : readFileSync(file, 'utf8');
      if (file === undefined || hits.length > 1 || text.split(search).length !== 2) {
        throw new Error(`"${search}" must occur in the schema exactly once`);
      }
      writeFileSync(
        file,
        text.replace(search, () => replacement),
      );
    },
    codegen: () => run('@graphql-codegen/cli/esm/bin.js', ['--config', 'codegen.yml']),
    typecheck: () => run('@typescript/native/bin/tsc', ['-p', 'tsconfig.json']),
    generated: () => readTexts(join(client, 'src/generated')),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** Reads the committed generated files. */
export function readCommitted(): Readonly<Record<string, string>> {
  return readTexts(join(root, 'examples/typed-client/src/generated'));
}

function readTexts(folder: string) {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
