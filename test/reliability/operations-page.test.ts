import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/observability/metrics.ts';
import { readSourceTree } from '../architecture/source-tree.ts';

/** Holds docs/operations.md against the metrics and the log lines of the source. */

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

let metricNames: readonly string[];
beforeAll(async () => {
  const exposition = await createMetrics().text();
  metricNames = [...exposition.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
});

/** The messages of the log above debug level. */
function findLogMessages(sources: readonly string[]): readonly string[] {
  const withoutComments = sources.map((text) => text.replace(/\/\*[\s\S]*?\*\//g, ''));
  const messages = withoutComments.flatMap((text) =>
    [
      ...text.matchAll(
        /logger\.(?:info|warn|error|fatal)\(\s*\{[^;]*?\},\s*'([^']+)'|logger\.\w+\((?:fields|toFields\(\w+\)), '([^']+)'|,"message":"([^"]+)"/g,
      ),
    ].map(([, message, counted, written]) => message ?? counted ?? written ?? ''),
  );
  return [...new Set(messages)];
}

const logMessages = findLogMessages(readSourceTree().sources.map(({ text }) => text));

function sectionOf(text: string, heading: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(heading)) ?? '';
}

/** What a table lacks, and what it has beyond the names. */
function compareRows(text: string, heading: string, names: readonly string[]) {
  const rows = [...sectionOf(text, heading).matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell);
  return { missing: names.filter((name) => !rows.includes(name)), unknown: rows.filter((row) => !names.includes(row)) };
}

/** The rows of the operator's questions that name no metric and no log line, and the names that do not exist. */
function checkQuestions(text: string) {
  const rows = [...sectionOf(text, 'Questions').matchAll(/^\| (?!question|-)(.+)$/gm)].map(([, row = '']) => row);
  const answers = rows.map((row) => ({
    row,
    metrics: [...row.matchAll(/switchboard_\w+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
    lines: [...row.matchAll(/"([^"]+)"/g)].map(([, line = '']) => line),
  }));
  return {
    rows: rows.length,
    unanswered: answers.filter(({ metrics, lines }) => metrics.length + lines.length === 0).map(({ row }) => row),
    unknown: answers.flatMap(({ metrics, lines }) => [
      ...metrics.filter((name) => !metricNames.includes(name)),
      ...lines.filter((line) => !logMessages.includes(line)),
    ]),
  };
}

const COMPLETE = { missing: [], unknown: [] };

test('docs/operations.md has a row for every metric, and no other', () => {
  expect(compareRows(page, 'Metrics', metricNames)).toEqual(COMPLETE);
});

test('docs/operations.md has a row for every log line above debug, and no other', () => {
  expect(compareRows(page, 'Log lines', logMessages)).toEqual(COMPLETE);
});

test('docs/operations.md answers every question of an operator with metrics and log lines that exist', () => {
  expect(checkQuestions(page)).toEqual({ rows: 14, unanswered: [], unknown: [] });
});

describe('this test finds', () => {
  function without(row: string): string {
    return page.replace(new RegExp(`^\\| .?${row}.*\\n`, 'm'), '');
  }

  test('a metric without a row, and a row without a metric', () => {
    const missing = ['switchboard_records_dropped_total'];
    expect(compareRows(without(missing.join()), 'Metrics', metricNames)).toEqual({ ...COMPLETE, missing });
    const names = metricNames.filter((name) => !missing.includes(name));
    expect(compareRows(page, 'Metrics', names)).toEqual({ ...COMPLETE, unknown: missing });
  });

  test('a log line without a row, whichever way it is written', () => {
    const missing = ['source incomplete', 'circuit breaker state changed'];
    const text = missing.reduce((rest, row) => rest.replace(new RegExp(`^\\| .${row}.*\\n`, 'm'), ''), page);
    expect(compareRows(text, 'Log lines', logMessages).missing.toSorted()).toEqual(missing.toSorted());
    const sources = [
      "logger.warn({ a: 1 }, 'new line');",
      "logger.warn(fields, 'counted line');",
      "logger.debug({}, 'x');",
      'destination.write(`{${fields},"message":"written line"}`);',
    ];
    expect(findLogMessages(sources)).toEqual(['new line', 'counted line', 'written line']);
  });

  test('a question that is left out, answered by nothing, or by a metric that does not exist', () => {
    expect(checkQuestions(without('Is Redis in use')).rows).toBe(13);
    expect(checkQuestions(page.replaceAll('switchboard_redis_up', 'redis_up')).unanswered).toHaveLength(1);
    expect(checkQuestions(page.replaceAll('switchboard_redis_up', 'switchboard_redis_well')).unknown).toEqual([
      'switchboard_redis_well',
    ]);
  });
});
