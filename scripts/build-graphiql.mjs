// Builds the GraphiQL page, which is committed, into public/graphiql (docs/decisions/0013-graphiql-is-committed-built.md).
//   npm run build:graphiql             builds it, unless the sources are those of the last build (--force: always)
//   npm run build:graphiql -- --check  builds it elsewhere and fails when the committed page differs
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { buildPage } from './graphiql/bundle.mjs';
import { hashInputs, readFingerprint, SOURCE, TARGET } from './graphiql/fingerprint.ts';
import { installTools } from './tool-package.mjs';

const option = process.argv[2];
if (option === '--check') await check();
else if (option !== '--force' && (await readFingerprint(TARGET)) === (await hashInputs())) {
  console.log('GraphiQL is up to date.');
} else {
  await withBuild(async (folder, { before, after }) => {
    await rm(TARGET, { recursive: true, force: true });
    await rename(folder, TARGET);
    console.log(`GraphiQL built: ${megabytes(after)} MB in brotli, ${megabytes(before)} MB before.`);
  });
}

async function check() {
  await withBuild(async (folder) => {
    const [built, committed] = await Promise.all([readTree(folder), readTree(TARGET)]);
    const names = new Set([...built.keys(), ...committed.keys()]);
    const different = [...names].filter(
      (name) => !(built.get(name) ?? Buffer.of()).equals(committed.get(name) ?? Buffer.of()),
    );
    if (different.length === 0) return console.log('public/graphiql is what its sources build.');
    console.error(`public/graphiql differs from what its sources build: ${different.sort().join(', ')}`);
    console.error('Run `npm run build:graphiql -- --force` and commit the result.');
    process.exitCode = 1;
  });
}

/** Builds next to the target, so that half a build is never served, and removes the folder if `use` has left it. */
async function withBuild(use) {
  installTools(SOURCE);
  const folder = `${TARGET}.${process.pid}`;
  try {
    await use(folder, await buildPage(folder));
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

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
