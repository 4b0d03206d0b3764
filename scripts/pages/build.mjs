import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { installTools } from '../tool-package.mjs';
import { hashInputs, readFingerprint } from './fingerprint.ts';

/**
 * Builds a page into its folder in public/, as the command line asks:
 *   (nothing)  builds it, unless the sources are those of the last build
 *   --force    builds it always
 *   --check    builds it elsewhere and fails when the committed page differs
 */
export async function runBuild(page, bundlePage, option = process.argv[2]) {
  const { name, target } = page;
  if (option === '--check') await checkBuild(page, bundlePage);
  else if (option !== '--force' && (await readFingerprint(target)) === (await hashInputs(page))) {
    console.log(`public/${name} is up to date.`);
  } else {
    await withBuild(page, bundlePage, async (folder, { before, after }) => {
      await rm(target, { recursive: true, force: true });
      await rename(folder, target);
      console.log(`public/${name} built: ${kilobytes(after)} kB in brotli, ${kilobytes(before)} kB before.`);
    });
  }
}

async function checkBuild(page, bundlePage) {
  await withBuild(page, bundlePage, async (folder) => {
    const [built, committed] = await Promise.all([readTree(folder), readTree(page.target)]);
    const names = new Set([...built.keys(), ...committed.keys()]);
    const different = [...names].filter(
      (file) => !(built.get(file) ?? Buffer.of()).equals(committed.get(file) ?? Buffer.of()),
    );
    if (different.length === 0) return console.log(`public/${page.name} is what its sources build.`);
    console.error(`public/${page.name} differs from what its sources build: ${different.sort().join(', ')}`);
    console.error(`Run \`npm run build:${page.name} -- --force\` and commit the result.`);
    process.exitCode = 1;
  });
}

/** Builds next to the target, so that half a build is never served, and removes the folder if `use` has left it. */
async function withBuild({ source, target }, bundlePage, use) {
  installTools(source);
  const folder = `${target}.${process.pid}`;
  try {
    await use(folder, await bundlePage(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The files by path, decompressed: another version of brotli may compress differently. */
async function readTree(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const content = await readFile(file);
        return [file.slice(folder.length + 1), file.endsWith('.br') ? brotliDecompressSync(content) : content];
      }),
    ),
  );
}

function kilobytes(bytes) {
  return Math.round(bytes / 1000);
}
