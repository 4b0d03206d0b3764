import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The browser code, which is also the npm package of the tools that build it. */
export const SOURCE = join(ROOT, 'src/graphiql');
/** The built page. It is committed, so that neither `npm ci` nor `npm start` needs the tools. */
export const TARGET = join(ROOT, 'public/graphiql');

const EXAMPLES = join(ROOT, 'examples/queries');

/** A hash of everything that the page is built from: browser code, example queries, the tools' lock file, build scripts. */
export async function hashInputs(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of [import.meta.dirname, SOURCE, EXAMPLES]) {
    for (const file of await inputsIn(folder)) {
      hash.update(`${basename(file)}\0`);
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

export function fingerprintFile(folder: string): string {
  return join(folder, 'inputs.sha256');
}

async function inputsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(folder, entry.name))
    .sort();
}
