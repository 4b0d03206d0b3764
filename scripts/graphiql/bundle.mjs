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
  const { names, preloads, inputs } = await bundle(assets);
  const page = await readFile(join(SOURCE, 'index.html'), 'utf8');
  // Relative to /graphiql, see main.tsx.
  const assetUrl = (name) => `graphiql/assets/${names.get(name) ?? throwError(`no ${name} in the bundle`)}`;
  // Without these the browser would ask for a module only once it has read the one that imports it.
  const links = preloads.map((name) => `<link rel="modulepreload" href="graphiql/assets/${name}" />`);
  await writeFile(
    join(folder, 'index.html'),
    page.replace('%preloads%', links.join('\n    ')).replace(/%([\w.]+)%/g, (_, name) => assetUrl(name)),
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
    plugins: [fontFiles],
    define: { ...options.define, WORKER_FILES: JSON.stringify(workerFiles) },
  });
  const { outputs } = page.metafile;
  return {
    preloads: listStaticImports(
      outputs,
      Object.keys(outputs).find((path) => /\/main-[^/]*\.js$/.test(path)),
    ),
    names: new Map(Object.keys(outputs).map((path) => [stripHash(basename(path)), basename(path)])),
    inputs: [workers, page].flatMap(({ metafile }) => Object.keys(metafile.inputs)),
  };
}

/** The modules that an output imports, directly or through others, before it runs. */
function listStaticImports(outputs, entry, seen = new Set()) {
  for (const { path, kind } of outputs[entry].imports) {
    if (kind !== 'import-statement' || !path.endsWith('.js') || seen.has(path)) continue;
    seen.add(path);
    listStaticImports(outputs, path, seen);
  }
  return [...seen].map((path) => basename(path));
}

const EMBEDDED_FONT = /url\(["']?data:font\/(\w+);base64,([\w+/=]+)["']?\)/g;

/**
 * A plugin of esbuild that makes files of the fonts that GraphiQL's styles contain. They are most of these styles, which the page waits for,
 * and a browser loads only those of the scripts that the page has.
 */
const fontFiles = {
  name: 'font-files',
  setup(build) {
    const fonts = new Map();
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(EMBEDDED_FONT, (_, type, base64) => {
        const name = `font-${fonts.size}.${type}`;
        fonts.set(name, Buffer.from(base64, 'base64'));
        return `url("embedded-font:${name}")`;
      });
      return { contents, loader: 'css' };
    });
    build.onResolve({ filter: /^embedded-font:/ }, ({ path }) => ({
      path: path.slice('embedded-font:'.length),
      namespace: 'embedded-font',
    }));
    build.onLoad({ filter: /.*/, namespace: 'embedded-font' }, ({ path }) => ({
      contents: fonts.get(path),
      loader: 'file',
    }));
  },
};

function stripHash(name) {
  return name.replace(/-[A-Z0-9]{8}(?=\.)/, '');
}

function throwError(message) {
  throw new Error(message);
}
