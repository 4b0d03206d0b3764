import { connectTo } from '../../../test/support/vendor-harness.ts';
import { ENTRY, type Habits, type Person, playing } from './account.fixture.ts';
import { kore } from './index.ts';

/** The sources of one query, on a Wednesday noon, to an account with these people. */
export function connected(people: readonly Person[], habits?: Habits, entry: object = {}) {
  const harness = connectTo(kore, { ...ENTRY, ...entry }, playing(people, habits), {
    now: Date.parse('2024-05-15T12:00:00Z'),
  });
  const { statusPeriods, currentStatus, discover } = harness.open();
  if (!statusPeriods || !currentStatus || !discover) throw new Error('Kore can tell all three');
  return { ...harness, statusPeriods, currentStatus, discover };
}
