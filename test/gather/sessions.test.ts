import { describe, expect, test } from '@jest/globals';
import { sessionOf, sessions } from '../../src/gather/sessions.ts';
import { NOW, during, fresh, period, session, withJane } from './support.ts';

describe('sessions', () => {
  test('of several accounts are put in order by their first event', async () => {
    const first = [session('first', 'a', NOW - 30, NOW - 20), session('first', 'b', NOW - 10, NOW)];
    const second = [session('second', 'c', NOW - 20, NOW)];
    const { desk, jane } = withJane(
      { sessions: () => Promise.resolve(fresh('first', first)) },
      { sessions: () => Promise.resolve(fresh('second', second)) },
    );
    const page = await sessions(desk, jane, { during, first: 100 });
    expect(page?.nodes.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['a', 'c', 'b']);
    const next = await sessions(desk, jane, { during, first: 100, after: page?.cursors[0] ?? '' });
    expect(next?.nodes.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['c', 'b']);
  });

  test('are null where no account tells of any', async () => {
    const { desk, jane } = withJane({});
    expect(await sessions(desk, jane, { during, first: 100 })).toBeNull();
  });

  test('a period’s own is the one that came with it', () => {
    const whole = session('first', 'a', NOW - 30, NOW - 20);
    const { desk } = withJane({ sessionOf: ({ sessionId }) => (sessionId === 'a' ? whole : null) });
    expect(sessionOf(desk, period('first', NOW, { sessionId: 'a' }))).toBe(whole);
    expect(sessionOf(desk, period('second', NOW))).toBeNull();
  });
});
