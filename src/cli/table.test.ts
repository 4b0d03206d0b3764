import { expect, test } from '@jest/globals';
import { formatTable } from './table.ts';

test('aligns texts to the left, and numbers with their heading to the right, without blanks at the end', () => {
  expect(
    formatTable([
      ['account', 'calls', ''],
      ['a', 12, 'x'],
      ['bcd', 3, ''],
    ]),
  ).toBe('account  calls\na           12  x\nbcd          3');
});

test('formats no rows as nothing', () => {
  expect(formatTable([])).toBe('');
});
