import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A page that the gateway serves, built and committed. */
export interface BuiltPage {
  readonly name: string;
  /** The browser code, which is also the npm package of what builds it. */
  readonly source: string;
  /** The built page. It is committed, so that neither `npm ci` nor `npm start` needs the tools. */
  readonly target: string;
  /** All folders with files, and single files, that the page is built from: browser code, documents, the tools' lock file, build scripts. */
  readonly inputs: readonly string[];
}

/** A hash of everything that the page is built from. */
export async function hashInputs({ inputs }: BuiltPage): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of inputs) {
    for (const file of await inputsIn(folder)) {
      hash.update(`${relative(ROOT, file).replaceAll('\\', '/')}\0`);
      hash.update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

/** The hash that the build in `folder` was made from; null without a build. */
export async function readFingerprint(folder: string): Promise<string | null> {
  const text = await readFile(fingerprintFile(folder), 'utf8').catch(() => null);
  return text?.trim() ?? null;
}

export async function writeFingerprint(page: BuiltPage, folder: string): Promise<void> {
  await writeFile(fingerprintFile(folder), `${await hashInputs(page)}\n`);
}

function fingerprintFile(folder: string): string {
  return join(folder, 'inputs.sha256');
}

async function inputsIn(folder: string): Promise<readonly string[]> {
  if (extname(folder) !== '') return [folder];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/]node_modules[\\/]/.test(file))
    .sort();
}
