import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { compressAll } from '../pages/compress.mjs';
import { writeFingerprint } from '../pages/fingerprint.ts';
import { licensesOf } from '../pages/licenses.mjs';
import { GRAPHIQL } from './page.ts';

const SOURCE = GRAPHIQL.source;

const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/**
 * Builds the page into `folder`: index.html, and assets/ whose names all carry a hash of their content. Larger assets are
 * stored in brotli only (`.br`): the gateway serves these as they are and converts them for the rare client that cannot read
 * brotli. Returns the number of bytes before and after compression.
 */
export async function buildPage(folder) {
  const assets = join(folder, 'assets');
  const { names, inputs } = await bundle(assets);
  const page = await readFile(join(SOURCE, 'index.html'), 'utf8');
  // Relative to /graphiql, see main.tsx.
  const assetUrl = (name) => `graphiql/assets/${names.get(name) ?? throwError(`no ${name} in the bundle`)}`;
  await writeFile(
    join(folder, 'index.html'),
    page.replace(/%([\w.]+)%/g, (_, name) => assetUrl(name)),
  );
  await writeFile(join(folder, 'LICENSES.txt'), await licensesOf(SOURCE, inputs));
  const bytes = await compressAll(assets);
  await writeFingerprint(GRAPHIQL, folder);
  return bytes;
}

/** Writes the bundle. `names` maps each file's name without the hash to its name. */
async function bundle(outdir) {
  const { build } = createRequire(join(SOURCE, 'package.json'))('esbuild');
  const options = {
    absWorkingDir: SOURCE,
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    metafile: true,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  // The workers first, because the page needs their names.
  const workers = await build({ ...options, entryPoints: WORKERS, entryNames: '[name].worker-[hash]' });
  const workerFiles = {};
  for (const [path, output] of Object.entries(workers.metafile.outputs)) {
    const label = Object.keys(WORKERS).find((name) => output.entryPoint?.endsWith(WORKERS[name]));
    if (label) workerFiles[label] = basename(path);
  }
  const page = await build({
    ...options,
    entryPoints: [join(SOURCE, 'main.tsx'), join(SOURCE, 'favicon.svg')],
    jsx: 'automatic',
    loader: { '.graphql': 'text', '.svg': 'copy', '.ttf': 'file' },
    define: { ...options.define, WORKER_FILES: JSON.stringify(workerFiles) },
  });
  return {
    names: new Map(Object.keys(page.metafile.outputs).map((path) => [stripHash(basename(path)), basename(path)])),
    inputs: [workers, page].flatMap(({ metafile }) => Object.keys(metafile.inputs)),
  };
}

function stripHash(name) {
  return name.replace(/-[A-Z0-9]{8}(?=\.)/, '');
}

function throwError(message) {
  throw new Error(message);
}
