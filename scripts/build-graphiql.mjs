// Bundles GraphiQL into dist/graphiql: index.html, and assets/ whose names all carry a hash of their content.
// Does nothing when the last build was made from the same sources and lock file, unless called with --force.
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src/graphiql');
const target = join(root, 'dist/graphiql');

const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

// Below this, compressing saves less than a network packet.
const SMALL = 1400;

const fingerprint = await hashOfInputs();
if (!process.argv.includes('--force') && (await lastBuild()) === fingerprint) {
  console.log('GraphiQL is up to date.');
} else {
  const started = Date.now();
  const bytes = await build();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`GraphiQL built in ${seconds} s (${(bytes / 1e6).toFixed(1)} MB, before compression).`);
}

async function hashOfInputs() {
  const hash = createHash('sha256');
  const inputs = [fileURLToPath(import.meta.url), join(root, 'package-lock.json')];
  for (const folder of [source, join(root, 'examples/queries')]) {
    for (const name of (await readdir(folder)).sort()) inputs.push(join(folder, name));
  }
  for (const file of inputs) {
    hash.update(`${basename(file)}\0`);
    hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function lastBuild() {
  return readFile(join(target, '.inputs'), 'utf8').catch(() => null);
}

/** Builds beside the target and moves the result there, so that nobody ever sees half a build. */
async function build() {
  const folder = `${target}.${process.pid}`;
  try {
    const names = await bundle(join(folder, 'assets'));
    const page = await readFile(join(source, 'index.html'), 'utf8');
    // Relative to /graphiql, see main.tsx.
    const address = (name) => `graphiql/assets/${names.get(name) ?? fail(`no ${name} in the bundle`)}`;
    await writeFile(
      join(folder, 'index.html'),
      page.replace(/%([\w.]+)%/g, (_, name) => address(name)),
    );
    const bytes = await compressAll(join(folder, 'assets'));
    await writeFile(join(folder, '.inputs'), fingerprint);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target).catch(async (error) => {
      // Another process may have put the same build there in the meantime.
      if ((await lastBuild()) !== fingerprint) throw error;
    });
    return bytes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the bundle and answers its files' names by their names without the hash. */
async function bundle(outdir) {
  const { build } = await import('esbuild');
  const options = {
    absWorkingDir: root,
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
  // The workers first, because the page must know their names.
  const workers = await build({ ...options, entryPoints: WORKERS, entryNames: '[name].worker-[hash]' });
  const workerFiles = {};
  for (const [path, output] of Object.entries(workers.metafile.outputs)) {
    const label = Object.keys(WORKERS).find((name) => output.entryPoint?.endsWith(WORKERS[name]));
    if (label) workerFiles[label] = basename(path);
  }
  const page = await build({
    ...options,
    entryPoints: [join(source, 'main.tsx'), join(source, 'favicon.svg')],
    jsx: 'automatic',
    loader: { '.graphql': 'text', '.svg': 'copy', '.ttf': 'file' },
    define: { ...options.define, WORKER_FILES: JSON.stringify(workerFiles) },
  });
  return new Map(Object.keys(page.metafile.outputs).map((path) => [withoutHash(basename(path)), basename(path)]));
}

function withoutHash(name) {
  return name.replace(/-[A-Z0-9]{8}(?=\.)/, '');
}

/** Puts .br and .gz beside every file that gains by it; answers the number of bytes before. */
async function compressAll(folder) {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    bytes += content.length;
    if (content.length < SMALL) continue;
    // Quality 9 of 11: the last two levels take ten times as long for a few per cent.
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(content, { params }),
      promisify(gzip)(content, { level: 9 }),
    ]);
    await Promise.all([writeFile(join(folder, `${name}.br`), br), writeFile(join(folder, `${name}.gz`), gz)]);
  }
  return bytes;
}

function fail(message) {
  throw new Error(message);
}
