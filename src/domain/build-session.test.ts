import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EventSpec, NOON, sessionEvent, sessionPart } from '../../test/support/session-events.ts';
import {
  buildSession as buildSessionInSteps,
  type SessionIdentity,
  type SessionPart,
  sessionsDuring,
  statusPeriodsDuring,
} from './build-session.ts';
import { runAtOnce } from './event-loop-yielder.ts';
import type { Session, SessionEvent, SessionEventType } from './session.ts';

const identity = {
  account: 'lp',
  ref: '9',
  vendorSessionId: 's-1',
  observedAt: NOON,
  label: (status: string) => `label ${status}`,
};

function buildSession(of: SessionIdentity, parts: readonly SessionPart[]): Session {
  return runAtOnce(buildSessionInSteps(of, parts));
}

function sessionFrom(...specs: readonly EventSpec[]): Session {
  return buildSession(identity, [sessionPart(...specs)]);
}
function minutes(at: number | null) {
  return at === null ? null : (at - NOON) / 60_000;
}
function summarizePeriods(built: Session) {
  return built.statusPeriods.map(({ vendorStatus, start, end, isOngoing }) => [
    vendorStatus,
    minutes(start),
    minutes(end),
    isOngoing,
  ]);
}

describe('buildSession', () => {
  test('takes the first login and the last logout', () => {
    const whole = sessionFrom(['LOGIN', 0], ['STATUS_CHANGE', 1, '2'], ['LOGOUT', 9]);
    expect([minutes(whole.loginAt), minutes(whole.logoutAt), whole.state]).toEqual([0, 9, 'CLOSED']);
    const again = sessionFrom(['LOGIN', 0], ['LOGOUT', 3], ['LOGIN', 5], ['LOGOUT', 9], ['UNKNOWN', 10]);
    expect([minutes(again.loginAt), minutes(again.logoutAt), again.state]).toEqual([0, 9, 'CLOSED']);
    expect(again.events).toHaveLength(5);
  });

  test('invents neither login nor logout', () => {
    const { loginAt, logoutAt, state } = sessionFrom(['STATUS_CHANGE', 1, '2']);
    expect([loginAt, logoutAt, state]).toEqual([null, null, 'UNKNOWN']);
  });

  test('keeps events after the logout', () => {
    const late = sessionFrom(['LOGIN', 0], ['LOGOUT', 3], ['STATUS_CHANGE', 4, '2']);
    expect(late.events.map(({ type }) => type)).toEqual(['LOGIN', 'LOGOUT', 'STATUS_CHANGE']);
    expect(summarizePeriods(late)).toEqual([['2', 4, null, null]]);
    expect([minutes(late.logoutAt), late.state]).toEqual([3, 'UNKNOWN']);
  });

  test('reports no logout when a login follows the last one', () => {
    const again = sessionFrom(
      ['LOGIN', 0],
      ['STATUS_CHANGE', 1, '2'],
      ['LOGOUT', 3],
      ['LOGIN', 5],
      ['STATUS_CHANGE', 6, '2'],
    );
    expect([minutes(again.loginAt), again.logoutAt, again.state]).toEqual([0, null, 'UNKNOWN']);
    expect(summarizePeriods(again)).toEqual([
      ['2', 1, 3, false],
      ['2', 6, null, null],
    ]);
    expect(sessionFrom(['LOGIN', 0], ['LOGOUT', 3], ['LOGIN', 5])).toMatchObject({ logoutAt: null, state: 'UNKNOWN' });
  });

  test('returns the peak of concurrent engagements, or null where none was sent', () => {
    expect(
      sessionFrom(['STATUS_CHANGE', 1, '2', '1', 3], ['STATUS_CHANGE', 2, '2', '2', 1]).peakConcurrentEngagements,
    ).toBe(3);
    expect(sessionFrom(['LOGIN', 1]).peakConcurrentEngagements).toBeNull();
  });

  test('takes group and profiles from the most recent part', () => {
    const timestamped = [
      { events: [sessionEvent(['LOGIN', 0])], group: { at: 2, value: 'a' }, profiles: { at: 1, value: ['4'] } },
      { events: [], group: { at: 1, value: 'b' }, profiles: { at: 3, value: ['2', '3'] } },
      { events: [], group: null, profiles: null },
    ];
    for (const parts of [timestamped, timestamped.toReversed()]) {
      expect(buildSession(identity, parts)).toMatchObject({ groupId: 'a', profileIds: ['2', '3'] });
    }
    expect(sessionFrom(['LOGIN', 0])).toMatchObject({ groupId: null, profileIds: [] });
    // Of several parts with the same time, the same one counts in any order.
    const tied = ['b', 'c', 'a'].map((value) => ({
      events: [sessionEvent(['LOGIN', 0])],
      group: { at: 2, value },
      profiles: null,
    }));
    expect([tied, tied.toReversed()].map((parts) => buildSession(identity, parts).groupId)).toEqual(['c', 'c']);
  });

  test('formats each list of profiles once, however many parts have the same time', () => {
    let written = 0;
    const parts = Array.from({ length: 100 }, (_, index) => {
      const countedToString = (): string => {
        written += 1;
        return String(1000 - index);
      };
      return {
        events: [sessionEvent(['LOGIN', 0])],
        group: null,
        profiles: { at: 2, value: Object.assign([], { toString: countedToString }) },
      };
    });
    buildSession(identity, parts);
    expect(written).toBeLessThanOrEqual(100);
  });
});

describe('status periods of a session', () => {
  test('start with status changes only, and end with the next one or the logout', () => {
    const shift = sessionFrom(
      ['LOGIN', 0, '0', '1'],
      ['STATUS_CHANGE', 2, '2', '1'],
      ['STATUS_CHANGE', 5, '4', '2'],
      ['STATUS_CHANGE', 7, '2', '4'],
      ['LOGOUT', 9, '0', '2'],
    );
    expect(summarizePeriods(shift)).toEqual([
      ['2', 2, 5, false],
      ['4', 5, 7, false],
      ['2', 7, 9, false],
    ]);
    expect(shift.statusPeriods[0]).toMatchObject({ account: 'lp', ref: '9', sessionId: 's-1', label: 'label 2' });
  });

  test('continue when only the engagements change', () => {
    const busy = sessionFrom(
      ['STATUS_CHANGE', 2, '2', '1', 0],
      ['STATUS_CHANGE', 3, '2', '2', 1],
      ['STATUS_CHANGE', 4, '2', '2', 2],
      ['STATUS_CHANGE', 6, '3', '2', 2],
      ['LOGOUT', 9],
    );
    expect(summarizePeriods(busy)).toEqual([
      ['2', 2, 6, false],
      ['3', 6, 9, false],
    ]);
  });

  test('returns a last status period with an unknown end without a logout', () => {
    expect(summarizePeriods(sessionFrom(['LOGIN', 0], ['STATUS_CHANGE', 2, '2'], ['STATUS_CHANGE', 5, '4']))).toEqual([
      ['2', 2, 5, false],
      ['4', 5, null, null],
    ]);
  });

  test('end with another login, after which the status is unknown', () => {
    const twice = sessionFrom(
      ['LOGIN', 0],
      ['STATUS_CHANGE', 1, '2'],
      ['LOGIN', 3],
      ['STATUS_CHANGE', 5, '2'],
      ['LOGOUT', 9],
    );
    expect(summarizePeriods(twice)).toEqual([
      ['2', 1, 3, false],
      ['2', 5, 9, false],
    ]);
    expect([minutes(twice.loginAt), minutes(twice.logoutAt), twice.state]).toEqual([0, 9, 'CLOSED']);
  });

  test('do not start with a login, a logout or an event of unknown type', () => {
    expect(summarizePeriods(sessionFrom(['LOGIN', 0, '2'], ['UNKNOWN', 1, '4'], ['LOGOUT', 2, '1']))).toEqual([]);
  });

  test('start again after a logout, even with the same status', () => {
    const twice = sessionFrom(
      ['STATUS_CHANGE', 1, '2'],
      ['LOGOUT', 2],
      ['LOGIN', 3],
      ['STATUS_CHANGE', 4, '2'],
      ['LOGOUT', 5],
    );
    expect(summarizePeriods(twice)).toEqual([
      ['2', 1, 2, false],
      ['2', 4, 5, false],
    ]);
  });
});

const anyEvent: fc.Arbitrary<SessionEvent> = fc.record({
  type: fc.constantFrom('LOGIN', 'LOGOUT', 'STATUS_CHANGE', 'STATUS_CHANGE', 'UNKNOWN'),
  vendorType: fc.constantFrom('2', '5'),
  at: fc.integer({ min: 0, max: 12 }),
  status: fc.constant('UNKNOWN'),
  vendorStatus: fc.constantFrom('1', '2', '3', '4'),
  previousVendorStatus: fc.constantFrom(null, '1', '2', '3', '4'),
  concurrentEngagements: fc.constantFrom(null, 0, 1, 2),
  previousConcurrentEngagements: fc.constantFrom(null, 0, 1, 2),
  maxConcurrentEngagements: fc.constantFrom(null, 4),
});

describe('buildSession, for any events', () => {
  test('returns the same session in any order, with duplicates, and spread over parts', () => {
    const eventsInParts = fc
      .array(anyEvent, { minLength: 1, maxLength: 12 })
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length, maxLength: events.length * 2 }),
          fc.array(fc.nat({ max: 24 }), { maxLength: 4 }),
        ),
      );
    fc.assert(
      fc.property(eventsInParts, ([events, shuffled, cuts]) => {
        const missing = events.filter((event) => !shuffled.includes(event));
        const copies = [...shuffled, ...missing];
        const borders = [0, ...cuts.sort((a, b) => a - b), copies.length];
        const parts = borders.slice(1).map((to, index): SessionPart => {
          return { events: copies.slice(borders[index], to), group: null, profiles: null };
        });
        expect(buildSession(identity, parts)).toEqual(
          buildSession(identity, [{ events, group: null, profiles: null }]),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('returns periods that do not overlap and that start and end with events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 12 }), (events) => {
        const built = buildSession(identity, [{ events, group: null, profiles: null }]);
        const times = new Set(events.map(({ at }) => at));
        built.statusPeriods.forEach((period, index) => {
          expect(events.some((event) => event.type === 'STATUS_CHANGE' && event.at === period.start)).toBe(true);
          if (period.end !== null) {
            expect(times).toContain(period.end);
            expect(period.end).toBeGreaterThanOrEqual(period.start);
          }
          const next = built.statusPeriods[index + 1];
          if (next) expect(period.end).toBeLessThanOrEqual(next.start);
        });
        // At the same instant, a login comes first and a logout last.
        const last = (type: SessionEventType) =>
          Math.max(...events.filter((event) => event.type === type).map(({ at }) => at));
        const [login, change, logout] = [last('LOGIN'), last('STATUS_CHANGE'), last('LOGOUT')];
        expect(built.logoutAt).toBe(logout >= login && logout > -Infinity ? logout : null);
        expect(built.state).toBe(logout >= Math.max(login, change, 0) ? 'CLOSED' : 'UNKNOWN');
        const isLastOpen = change > logout && change >= login;
        expect(built.statusPeriods.filter(({ end }) => end === null)).toHaveLength(isLastOpen ? 1 : 0);
      }),
    );
  });
});

describe('a range of sessions', () => {
  const during = { from: NOON, to: NOON + 10 * 60_000 };
  const sessionNamed = (vendorSessionId: string, ...specs: readonly EventSpec[]) =>
    buildSession({ ...identity, vendorSessionId }, [sessionPart(...specs)]);

  test('sessionsDuring returns the sessions whose events overlap the range, by their first event', () => {
    const sessions = [
      sessionNamed('inside', ['LOGIN', 2], ['LOGOUT', 3]),
      sessionNamed('around', ['LOGIN', -5], ['LOGOUT', 15]),
      sessionNamed('ends with its beginning', ['LOGIN', -5], ['LOGOUT', 0]),
      sessionNamed('begins with its end', ['LOGIN', 10], ['LOGOUT', 12]),
      sessionNamed('one event', ['UNKNOWN', 0]),
      sessionNamed('b', ['LOGIN', 1]),
      sessionNamed('a', ['LOGIN', 1]),
      sessionNamed('c', ['LOGIN', 1]),
    ];
    const names = sessionsDuring(sessions, during).map(({ vendorSessionId }) => vendorSessionId);
    expect(names).toEqual(['around', 'one event', 'a', 'b', 'c', 'inside']);
  });

  test('statusPeriodsDuring returns the periods that overlap the range, unclipped, by start', () => {
    const late = sessionNamed('late', ['STATUS_CHANGE', 5, '3'], ['LOGOUT', 30]);
    const early = sessionNamed('early', ['STATUS_CHANGE', -9, '4'], ['STATUS_CHANGE', -3, '2'], ['LOGOUT', 1]);
    const periods = statusPeriodsDuring([late, early], during);
    expect(periods.map(({ vendorStatus, start, end }) => [vendorStatus, minutes(start), minutes(end)])).toEqual([
      ['2', -3, 1],
      ['3', 5, 30],
    ]);
  });
});
