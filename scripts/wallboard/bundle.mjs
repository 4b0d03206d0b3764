import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { compressAll } from '../pages/compress.mjs';
import { writeFingerprint } from '../pages/fingerprint.ts';
import { licensesOf } from '../pages/licenses.mjs';
import { WALLBOARD } from './page.ts';

const { source } = WALLBOARD;

/**
 * Builds the page into `folder`: index.html, and assets/ whose names carry a hash of their content, in brotli (`.br`) where that is
 * smaller; documents.json has the texts of its queries by id, for a gateway that takes ids only. Returns the number of bytes before and after compression.
 */
export async function buildWallboard(folder) {
  const assets = join(folder, 'assets');
  const { metafile } = await build({
    absWorkingDir: source,
    entryPoints: [join(source, 'main.tsx'), join(source, 'favicon.svg')],
    outdir: assets,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    loader: { '.svg': 'copy' },
    metafile: true,
    logLevel: 'warning',
  });
  const names = new Map(Object.keys(metafile.outputs).map((path) => [stripHash(basename(path)), basename(path)]));
  const page = await readFile(join(source, 'index.html'), 'utf8');
  const html = page.replace(/%([\w.]+)%/g, (_, name) => {
    if (!names.has(name)) throw new Error(`no ${name} in the bundle`);
    // Relative to /wallboard, in case a proxy serves the gateway below a path.
    return `wallboard/assets/${names.get(name)}`;
  });
  await writeFile(join(folder, 'index.html'), html);
  await writeFile(join(folder, 'LICENSES.txt'), await licensesOf(source, Object.keys(metafile.inputs)));
  await copyFile(join(source, 'generated/documents.json'), join(folder, 'documents.json'));
  const bytes = await compressAll(assets);
  await writeFingerprint(WALLBOARD, folder);
  return bytes;
}

function stripHash(name) {
  return name.replace(/-[A-Z0-9]{8}(?=\.)/, '');
}
