import { expect, test } from '@jest/globals';
import { checkReport, type ReportData, reportDays, reportVariables } from './report.ts';
import { contextWith, NOW, reportData, toAnswer } from './truthful-answers.ts';

const days = reportDays(0, NOW);
type ReportRow = ReportData['agents']['nodes'][number];

/** Checks the report with the first row changed that has the field. */
function checksWith(
  field: 'statusPeriods' | 'sessions' | 'usageStats',
  change: (row: ReportRow) => Partial<ReportRow>,
  failing: readonly string[] = [],
) {
  const { nodes } = reportData(days).agents;
  const index = nodes.findIndex((row) => row[field] !== null);
  const data = { agents: { nodes: nodes.map((row, each) => (each === index ? { ...row, ...change(row) } : row)) } };
  return checkReport(toAnswer(data), days, contextWith(failing)).map(({ check }) => check);
}

test('asks for past days, each time for others', () => {
  expect(reportVariables(days, 'kore-main')).toEqual({
    day: { from: '2026-11-19T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' },
    settledDay: { from: '2026-11-17T00:00:00.000Z', to: '2026-11-18T00:00:00.000Z' },
    dates: { from: '2026-11-19', to: '2026-11-19' },
    kore: ['kore-main'],
  });
  expect(reportDays(1, NOW).day).toBe(days.day - 86_400_000);
});

test('accepts a report that is as the company is', () => {
  expect(checkReport(toAnswer(reportData(days)), days, contextWith())).toEqual([]);
});

test.each<[string, 'statusPeriods' | 'sessions' | 'usageStats', (row: ReportRow) => Partial<ReportRow>]>([
  [
    'a lost status',
    'statusPeriods',
    ({ statusPeriods }) => ({
      statusPeriods: statusPeriods && { ...statusPeriods, nodes: statusPeriods.nodes.slice(1) },
    }),
  ],
  ['a session too many', 'sessions', ({ sessions }) => ({ sessions: sessions && { ...sessions, totalCount: 99 } })],
  [
    'a wrong count',
    'usageStats',
    ({ usageStats }) => ({ usageStats: usageStats && { ...usageStats, current: { messagesCount: null } } }),
  ],
])('finds %s in a complete report', (_what, field, change) => {
  expect(checksWith(field, change)).toEqual(['report that is not exact']);
});

test('finds null without an error, and a lost agent', () => {
  expect(checksWith('sessions', () => ({ sessions: null }))).toEqual(['null without an error']);
  expect(checksWith('usageStats', () => ({ name: 'another bot' }))).toEqual(['agents lost']);
  // It has no account that could tell.
  expect(checksWith('sessions', () => ({ sessions: null, accounts: [] }))).toEqual([]);
});

test('accepts a part that calls itself incomplete while its vendor fails', () => {
  const change = ({ sessions }: ReportRow) => ({
    sessions: sessions && {
      complete: false,
      sources: sessions.sources.map((source) => ({ ...source, outcome: 'PARTIAL' })),
      totalCount: 0,
    },
  });
  expect(checksWith('sessions', change, ['lp'])).toEqual([]);
  expect(checksWith('sessions', change)).toEqual(['source of a healthy vendor is not OK']);
});
