import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/observability/metrics.ts';
import { readSourceTree } from '../architecture/source-tree.ts';

/** Holds docs/operations.md against the metrics and the log lines of the source. */

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

function firstCells(heading: string): readonly string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell).toSorted();
}

test('docs/operations.md has a row for every metric, and no other', async () => {
  const exposition = await createMetrics().text();
  const names = [...exposition.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
  expect(firstCells('Metrics')).toEqual(names.toSorted());
});

test('docs/operations.md has a row for every log line above debug, and no other', () => {
  const withoutComments = readSourceTree().sources.map(({ text }) => text.replace(/\/\*[\s\S]*?\*\//g, ''));
  const messages = withoutComments.flatMap((text) =>
    [
      ...text.matchAll(/logger\.(?:info|warn|error|fatal)\(\s*\{[^;]*?\},\s*'([^']+)'|logger\.\w+\(fields, '([^']+)'/g),
    ].map(([, message, counted]) => message ?? counted ?? ''),
  );
  expect(firstCells('Log lines')).toEqual([...new Set(messages)].toSorted());
});
