import { describe, expect, test } from '@jest/globals';
import { during, freshResult, NOW, period, session, withJane } from '../../test/support/gather-harness.ts';
import { sessionOfPeriod, sessions } from './sessions.ts';

describe('sessions', () => {
  test('sessions returns those of several accounts in the order of their first event', async () => {
    const first = [session('first', 'a', NOW - 30, NOW - 20), session('first', 'b', NOW - 10, NOW)];
    const second = [session('second', 'c', NOW - 20, NOW)];
    const { context, jane } = withJane(
      { sessions: () => Promise.resolve(freshResult('first', first)) },
      { sessions: () => Promise.resolve(freshResult('second', second)) },
    );
    const page = await sessions(context, jane, { during, first: 100 });
    expect(page?.nodes.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['a', 'c', 'b']);
    const next = await sessions(context, jane, { during, first: 100, after: page?.cursors()[0] ?? '' });
    expect(next?.nodes.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['c', 'b']);
  });

  test('sessions returns null where no account supports them', async () => {
    const { context, jane } = withJane({});
    expect(await sessions(context, jane, { during, first: 100 })).toBeNull();
  });

  test('sessionOfPeriod returns the session that was read with the period', () => {
    const whole = session('first', 'a', NOW - 30, NOW - 20);
    const { context } = withJane({ findSession: ({ sessionId }) => (sessionId === 'a' ? whole : null) });
    expect(sessionOfPeriod(context, period('first', NOW, { sessionId: 'a' }))).toBe(whole);
    expect(sessionOfPeriod(context, period('second', NOW))).toBeNull();
  });
});
