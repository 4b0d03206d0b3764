import { expect, test } from '@jest/globals';
import { boardAgent } from '../../../test/support/board-agents.ts';
import { isOverdue } from './overdue.ts';

const HOUR_MS = 3_600_000;

test.each([
  ['AWAY', 0, true],
  ['AWAY', HOUR_MS - 60_000, false],
  ['BUSY', 0, true],
  ['AVAILABLE', 0, false],
  ['OFFLINE', null, false],
] as const)('%s since %s is overdue after an hour: %s', (status, since, expected) => {
  expect(isOverdue(boardAgent('a', { status, since }), HOUR_MS)).toBe(expected);
});
