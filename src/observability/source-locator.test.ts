// cspell:ignoreRegExp /'[A-Z;,]+'/gi
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSourceLocator } from './source-locator.ts';

let path: string;
let folder: URL;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'source locator-'));
  folder = pathToFileURL(`${path}/`);
  // Columns 1 to 4 are from a package, 5 to 8 from src/gather/merge.ts:3.
  await writeMap('chunk-7.js', ['../../node_modules/ws/src/a.js', '../../src/gather/merge.ts'], 'AAAA,ICEA');
  await writeMap('packages.js', ['../../node_modules/ws/src/a.js'], 'AAAA');
});
afterEach(() => rm(path, { recursive: true }));

function writeMap(name: string, sources: readonly (string | null)[], mappings: string) {
  return writeFile(join(path, `${name}.map`), JSON.stringify({ version: 3, sources, names: [], mappings }));
}

function locate(...frames: readonly string[]): string | null {
  return createSourceLocator(folder)(['Error: failed', ...frames.map((frame) => `    at ${frame}`)].join('\n'));
}

test('names the source of a position in a file of the bundle', () => {
  expect(locate(`merge (${folder.href}chunk-7.js:1:5)`)).toBe('src/gather/merge.ts:3');
  expect(locate(`${folder.href}chunk-7.js:1:8`)).toBe('src/gather/merge.ts:3');
  expect(locate(`async Promise.all (index 0)`, `async merge (${folder.href}chunk-7.js:1:8)`)).toBe(
    'src/gather/merge.ts:3',
  );
});

test('names the innermost position of the gateway, not one of a package or of Node', () => {
  const frames = [
    'read (node:internal/fs:1:1)',
    `send (${folder.href}packages.js:1:1)`,
    `send (${folder.href}chunk-7.js:1:4)`,
    `merge (${folder.href}chunk-7.js:1:5)`,
    'fanOut (file:///srv/app/src/gather/fan-out.ts:7:5)',
  ];
  expect(locate(...frames)).toBe('src/gather/merge.ts:3');
  expect(locate(...frames.slice(0, 3))).toBeNull();
});

test('takes the position from a stack that names the sources', () => {
  expect(locate('merge (file:///srv/app/src/gather/merge.ts:12:3)')).toBe('src/gather/merge.ts:12');
  expect(locate('async /srv/an app/src/gather/merge.ts:12:3')).toBe('src/gather/merge.ts:12');
});

test('skips files without a source map that can be read', async () => {
  await writeFile(join(path, 'broken.js.map'), '{');
  await writeMap('empty.js', [null], 'AAAA');
  const frames = ['missing', 'broken', 'empty'].map((name) => `read (${folder.href}${name}.js:1:1)`);
  expect(locate(...frames)).toBeNull();
  expect(locate(...frames, `merge (${folder.href}chunk-7.js:1:5)`)).toBe('src/gather/merge.ts:3');
});

test('reads no file outside the folder', () => {
  expect(locate(`merge (${folder.href}../${path.split('/').at(-1) ?? ''}/chunk-7.js:1:5)`)).toBeNull();
});

test('remembers positions, so that the same error again costs no file', async () => {
  const locateSource = createSourceLocator(folder);
  const stack = (column: number) => `Error\n    at merge (${folder.href}chunk-7.js:1:${column})`;
  expect([1, 5].map((column) => locateSource(stack(column)))).toEqual([null, 'src/gather/merge.ts:3']);
  await rm(join(path, 'chunk-7.js.map'));
  expect([1, 5, 6].map((column) => locateSource(stack(column)))).toEqual([null, 'src/gather/merge.ts:3', null]);
});

test('ignores what a message says', () => {
  expect(createSourceLocator(folder)(`Error: ${folder.href}chunk-7.js:1:5\n${folder.href}chunk-7.js:1:5`)).toBeNull();
});
