import { expect, test } from '@jest/globals';
import { formatReport } from './report.ts';

const report = { title: 'T', tables: [], notes: [] };

test('marks targets that are met, missed and not measured', () => {
  const verdicts = [true, false, null].map((met, nth) => ({ target: `target ${nth}`, measured: 'x', met }));
  const lines = formatReport({ ...report, verdicts }).split('\n');
  expect(lines.filter((line) => line.includes('target'))).toEqual([
    '  ✓ target 0: x',
    '  ✗ target 1: x',
    '  – target 2: x',
  ]);
});
