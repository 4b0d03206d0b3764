import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { fingerprintFile, hashInputs, SOURCE } from './fingerprint.ts';
import { licensesOf } from './licenses.mjs';

const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

// Below this, compressing saves less than a network packet.
const MIN_COMPRESSIBLE_BYTES = 1400;

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
  await writeFile(join(folder, 'LICENSES.txt'), await licensesOf(inputs));
  const bytes = await compressAll(assets);
  await writeFile(fingerprintFile(folder), `${await hashInputs()}\n`);
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

/** Replaces every file that becomes smaller by its brotli form. */
async function compressAll(folder) {
  const bytes = { before: 0, after: 0 };
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const content = await readFile(file);
    const compressed = content.length < MIN_COMPRESSIBLE_BYTES ? content : await compress(content);
    bytes.before += content.length;
    bytes.after += Math.min(compressed.length, content.length);
    if (compressed.length >= content.length) continue;
    await writeFile(`${file}.br`, compressed);
    await rm(file);
  }
  return bytes;
}

function compress(content) {
  // The slowest level: the page is built seldom, and every byte stays in the history of the repository.
  return promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}

function throwError(message) {
  throw new Error(message);
}
