import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** What cspell, with the project's configuration, reports about a text. */
function spellCheck(text: string): Promise<string> {
  const args = ['node_modules/cspell/bin.mjs', 'stdin://src/canary.ts', '--no-progress', '--no-summary'];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: ROOT }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
    child.stdin?.end(text);
  });
}

test('cspell rejects misspelt and banned words, also as parts of identifiers, and accepts those of the dictionary', async () => {
  const report = await spellCheck("// Avaamo's bot\n// a mispelt word\n// whoever waits\nconst deskOf = 1;\n");
  expect(report).toMatch(/:2:\d+ - Unknown word \(mispelt\)/);
  expect(report).toMatch(/:3:\d+ - Forbidden word \(whoever\)/);
  expect(report).toMatch(/:4:\d+ - Forbidden word \(desk\)/);
  expect(report.trim().split('\n')).toHaveLength(3);
});

test('the dictionary of the project is sorted and has no word twice', () => {
  const words = readFileSync(join(ROOT, '.cspell/words.txt'), 'utf8').trimEnd().split('\n');
  expect(words).toEqual([...new Set(words)].sort());
});
