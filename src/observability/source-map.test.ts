// cspell:ignoreRegExp /'[A-Z;,]+'/gi
import { SourceMap, type SourceMapping } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { decodeSourceMap, type SourceMapData } from './source-map.ts';

/** A bundle of files of this folder, as a gateway runs it. */
async function bundle(): Promise<{ readonly code: string; readonly map: SourceMapData }> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'logger.ts')],
    outfile: '/bundle/logger.js',
    bundle: true,
    write: false,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  const [map = '', code = ''] = outputFiles.map(({ text }) => text);
  return { code, map: JSON.parse(map) as SourceMapData };
}

test('finds what Node finds, at every position of a bundle', async () => {
  const { code, map } = await bundle();
  const node = new SourceMap({ file: '', version: 3, names: [], sourcesContent: [], sourceRoot: '', ...map } as never);
  const findSource = decodeSourceMap(map);
  const found = new Set<string>();
  for (const [index, text] of code.split('\n').slice(0, -1).entries()) {
    for (let column = 0; column < text.length; column++) {
      const { generatedLine, originalSource, originalLine } = node.findEntry(index, column) as SourceMapping;
      // Node also takes a position from the line before.
      const isFound = generatedLine === index;
      const expected = isFound ? { source: originalSource, line: originalLine + 1 } : null;
      expect([index, column, findSource(index + 1, column + 1)]).toEqual([index, column, expected]);
      found.add(originalSource);
    }
  }
  expect(found.size).toBeGreaterThan(5);
});

test.each([
  // Columns count from 1 here and from 0 there, and lines of sources likewise. A: 0, C: 1, D: -1, I: 4, E: 2.
  { what: 'before the first segment', mappings: 'EAAA', line: 1, column: 2, found: null },
  { what: 'at the first segment', mappings: 'EAAA', line: 1, column: 3, found: { source: 'a.ts', line: 1 } },
  { what: 'after the last segment', mappings: 'AAAA,IACA', line: 1, column: 99, found: { source: 'a.ts', line: 2 } },
  { what: 'between two segments', mappings: 'AAAA,ICEA', line: 1, column: 4, found: { source: 'a.ts', line: 1 } },
  { what: 'in another source', mappings: 'AAAA,ICEA', line: 1, column: 5, found: { source: 'b.ts', line: 3 } },
  { what: 'in an earlier line of a source', mappings: 'AAEA;ADDA', line: 2, column: 1, found: null },
  { what: 'after a step back', mappings: 'ACEA,CDDA', line: 1, column: 2, found: { source: 'a.ts', line: 2 } },
  { what: 'in a line without segments', mappings: 'AAAA;;AACA', line: 2, column: 1, found: null },
  {
    what: 'after a line without segments',
    mappings: 'AAAA;;AACA',
    line: 3,
    column: 1,
    found: { source: 'a.ts', line: 2 },
  },
  {
    what: 'after many lines without segments',
    mappings: ';;;;;;;;AACA',
    line: 9,
    column: 1,
    found: { source: 'a.ts', line: 2 },
  },
  { what: 'beyond the last line', mappings: 'AAAA', line: 2, column: 1, found: null },
  { what: 'in a segment without a source', mappings: 'AAAA,E', line: 1, column: 3, found: null },
  { what: 'in a segment with a name', mappings: 'AAAAA,EACAC', line: 1, column: 3, found: { source: 'a.ts', line: 2 } },
  {
    what: 'at a number of several digits',
    mappings: 'gggBAgkBA',
    line: 1,
    column: 16385,
    found: { source: 'a.ts', line: 577 },
  },
  { what: 'in an empty map', mappings: '', line: 1, column: 1, found: null },
])('$what', ({ mappings, line, column, found }) => {
  expect(decodeSourceMap({ sources: ['a.ts', 'b.ts'], mappings })(line, column)).toEqual(found);
});
