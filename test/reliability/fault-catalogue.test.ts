import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/observability/metrics.ts';

/** Checks docs/reliability.md: every test and metric that it names must exist. */

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/reliability.md', root), 'utf8');

/** The rows of the fault tables: id, fault, what happens, test, metric. */
const rows = text
  .split('\n')
  .filter((line) => /^\| [CVI]\d+ /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, id = '', , , tests = '', metrics = '']) => ({ id, tests, metrics }));

function findTestNames(cell: string): readonly string[] {
  return cell.replace(/\*\*.*?\*\*/g, '').match(/(?:src|test)(?:\/[\w-]+)+(?:\.[\w-]+)*/g) ?? [];
}

function hasTestFile(name: string): boolean {
  return existsSync(new URL(`${name}.test.ts`, root));
}

test('lists every fault of the model in docs/reliability.md', () => {
  const ids = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
  expect(rows.map(({ id }) => id)).toEqual([...ids('C', 24), ...ids('V', 32), ...ids('I', 32)]);
});

test.each(rows)('$id names existing tests, or the reason why there is none', ({ tests }) => {
  const testNames = findTestNames(tests);
  expect(testNames.filter((name) => !hasTestFile(name))).toEqual([]);
  expect(testNames.length > 0 || /\*\*.{10,}\*\*/.test(tests)).toBe(true);
});

test.each(rows)('$id names existing metrics', async ({ metrics }) => {
  const exposition = await createMetrics().text();
  for (const [, name = ''] of metrics.matchAll(/`(\w+)`/g)) expect(exposition).toContain(`# TYPE switchboard_${name} `);
});

test('detects a missing test file', () => {
  expect(findTestNames('src/server/connection-tracker, src/domain/time-zone. **not a/b**').map(hasTestFile)).toEqual([
    true,
    true,
  ]);
  expect(hasTestFile('src/http/nothing')).toBe(false);
});
