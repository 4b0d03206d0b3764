import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BUNDLE_FOLDER, findBundle, formatInputs, INPUTS_FILE } from './bundle.mjs';

let root: string;
beforeEach(async () => {
  root = `${await mkdtemp(join(tmpdir(), 'bundle-'))}/`;
  await mkdir(root + BUNDLE_FOLDER, { recursive: true });
  await mkdir(`${root}src/composition`, { recursive: true });
  await writeFile(`${root}src/composition/gateway.ts`, '');
  for (const name of ['a.ts', 'b.ts']) await writeFile(root + name, `export const text = '${name}';\n`);
  await writeFile(`${root}${BUNDLE_FOLDER}/${INPUTS_FILE}`, formatInputs(root, ['a.ts', 'b.ts']));
});
afterEach(() => rm(root, { recursive: true }));

test('finds the bundle of unchanged files', () => {
  const folder = `${root}dist/bundle/`;
  expect(findBundle(root)).toEqual({
    entry: `${folder}gateway.js`,
    cli: `${folder}cli.js`,
    cacheFolder: `${folder}cache`,
  });
});

test('finds the bundle of files with other times and the same content, such as those of a copy', async () => {
  await utimes(`${root}a.ts`, 1, 1);
  expect(findBundle(root)).not.toBeNull();
});

test('finds none once a file has changed or is missing', async () => {
  await writeFile(`${root}b.ts`, `export const text = 'b.tx';\n`);
  await utimes(`${root}b.ts`, 1, 1);
  expect(findBundle(root)).toBeNull();
  await rm(`${root}b.ts`);
  expect(findBundle(root)).toBeNull();
});

test('finds the bundle of a package, which has no sources', async () => {
  await rm(`${root}src`, { recursive: true });
  await rm(`${root}b.ts`);
  expect(findBundle(root)).not.toBeNull();
});

test('finds none where none was built', async () => {
  await rm(`${root}dist`, { recursive: true });
  expect(findBundle(root)).toBeNull();
});
