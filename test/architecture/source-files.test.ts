import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findUntested, readSourceTree, type SourceFile } from './source-tree.ts';

const MAX_LINES = 299;

/** Sources that have no test of their name: each line goes when the test is written, and none is added. */
const ALLOW_LIST = 'untested-files.txt';

function readAllowList(): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, ALLOW_LIST), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function findLong(files: readonly SourceFile[]) {
  return files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path}: ${lines}`);
}

describe('source files', () => {
  const { sources, tests } = readSourceTree();

  test('reads the whole source tree', () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(tests.length).toBeGreaterThan(100);
  });

  test('every source file has a test of its own name beside it, unless it is on the allow-list', () => {
    const allowed = readAllowList();
    const untested = findUntested(sources, tests);
    expect(untested.filter((path) => !allowed.includes(path))).toEqual([]);
  });

  test('allow-lists only existing files without a test, sorted and without duplicates', () => {
    const allowed = readAllowList();
    const untested = findUntested(sources, tests);
    expect(allowed.filter((path) => !untested.includes(path))).toEqual([]);
    expect(allowed).toEqual([...new Set(allowed)].toSorted());
  });

  test('every source file has under 300 lines', () => {
    expect(findLong(sources)).toEqual([]);
  });
});

describe('the rules for source files', () => {
  const code = (path: string) => ({ path, text: 'export const one = 1;\n' });

  test('reports a file without a test of its name', () => {
    const sources = [code('src/a.ts'), code('src/b.ts'), code('src/b-c.ts'), code('src/d.ts')];
    const tests = [code('src/b.test.ts'), code('src/d.topic.test.ts'), code('src/x/a.test.ts')];
    expect(findUntested(sources, tests)).toEqual(['src/a.ts', 'src/b-c.ts']);
  });

  test('ignores a file of types alone', () => {
    const text = `import type { A } from './a.ts';\nexport type { A } from './a.ts';\nexport interface B {}\ntype C = 1;\n`;
    expect(findUntested([{ path: 'src/a.ts', text }], [])).toEqual([]);
  });

  test('reports a file of 300 lines', () => {
    const lines = (count: number) => ({ path: `src/${count}.ts`, text: 'x\n'.repeat(count) });
    expect(findLong([lines(299), lines(300)])).toEqual(['src/300.ts: 300']);
  });
});
