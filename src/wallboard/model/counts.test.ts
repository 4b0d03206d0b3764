import { expect, test } from '@jest/globals';
import { boardAgent } from '../../../test/support/board-agents.ts';
import { countStatuses, describeCounts } from './counts.ts';

test('counts every status, also that of no one', () => {
  const counts = countStatuses([boardAgent('a'), boardAgent('b'), boardAgent('c', { status: 'AWAY' })]);
  expect(counts).toEqual({ AVAILABLE: 2, BUSY: 0, AWAY: 1, OFFLINE: 0, UNKNOWN: 0 });
  expect(describeCounts(counts)).toBe('2 available, 0 busy, 1 away, 0 offline, 0 unknown');
});
