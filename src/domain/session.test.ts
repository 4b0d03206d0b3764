import { expect, test } from '@jest/globals';
import { session } from '../../test/support/gather-harness.ts';
import { firstEventAt, lastEventAt } from './session.ts';

test('returns the times of the first and the last event of a session', () => {
  const withEvents = session('lp', 's-1', 1000, 9000);
  expect([firstEventAt(withEvents), lastEventAt(withEvents)]).toEqual([
    withEvents.events[0]?.at,
    withEvents.events.at(-1)?.at,
  ]);
});

test('falls back to login and logout for a session without events', () => {
  const withoutEvents = { ...session('lp', 's-1', 1000, 9000), events: [], loginAt: 2000, logoutAt: 3000 };
  expect([firstEventAt(withoutEvents), lastEventAt(withoutEvents)]).toEqual([2000, 3000]);
});
