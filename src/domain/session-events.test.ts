import { describe, expect, test } from '@jest/globals';
import { type EventSpec, sessionEvent } from '../../test/support/session-events.ts';
import { runAtOnce } from './event-loop-yielder.ts';
import { sortEvents as sortEventsInSteps } from './session-events.ts';
import type { SessionEvent } from './session.ts';

function sortEvents(events: readonly SessionEvent[]) {
  return runAtOnce(sortEventsInSteps(events));
}

describe('sortEvents, with events of the same instant', () => {
  const sortedLabels = (...specs: readonly EventSpec[]) =>
    sortEvents(specs.map(sessionEvent)).map(({ type, vendorStatus }) => `${type.slice(0, 4)} ${vendorStatus}`);

  test('orders login, changes and logout', () => {
    const specs: readonly EventSpec[] = [
      ['LOGOUT', 0, '9'],
      ['STATUS_CHANGE', 0, '2'],
      ['LOGIN', 0, '0'],
    ];
    expect(sortedLabels(...specs)).toEqual(['LOGI 0', 'STAT 2', 'LOGO 9']);
    // Unknown events happened within the session, too.
    expect(sortedLabels(['LOGOUT', 0, '1'], ['UNKNOWN', 0, '5'], ['LOGIN', 0, '9', '5'])).toEqual([
      'LOGI 9',
      'UNKN 5',
      'LOGO 1',
    ]);
    // Even where their statuses would fit the other way round.
    expect(sortedLabels(['LOGOUT', 0, '2', '9'], ['LOGIN', 0, '0', '2'])).toEqual(['LOGI 0', 'LOGO 2']);
  });

  test('chains events by status', () => {
    const chain: readonly EventSpec[] = [
      ['STATUS_CHANGE', 0, '4', '3'],
      ['STATUS_CHANGE', 0, '3', '2'],
      ['STATUS_CHANGE', 0, '2', '4'],
    ];
    expect(sortedLabels(['STATUS_CHANGE', -1, '2', '1'], ...chain)).toEqual(['STAT 2', 'STAT 3', 'STAT 4', 'STAT 2']);
    expect(sortedLabels(['STATUS_CHANGE', -1, '3', '1'], ...chain)).toEqual(['STAT 3', 'STAT 4', 'STAT 2', 'STAT 3']);
    expect(sortedLabels(['STATUS_CHANGE', 0, '2', '4'], ['STATUS_CHANGE', 0, '4', '3'])).toEqual(['STAT 4', 'STAT 2']);
  });

  test('chains events of the same status by engagements', () => {
    const step = (from: number, to: number): SessionEvent => ({
      ...sessionEvent(['STATUS_CHANGE', 0, '2', '2', to]),
      previousConcurrentEngagements: from,
    });
    const ordered = sortEvents([sessionEvent(['STATUS_CHANGE', -1, '2', '1', 3]), step(5, 1), step(3, 5), step(1, 2)]);
    expect(ordered.map(({ concurrentEngagements }) => concurrentEngagements)).toEqual([3, 5, 1, 2]);
    // Unknown engagements do not continue others.
    const unknown = { ...step(1, 9), previousConcurrentEngagements: null };
    const sorted = sortEvents([sessionEvent(['STATUS_CHANGE', -1, '2', '1']), unknown, step(1, 3)]);
    expect(sorted.map(({ concurrentEngagements }) => concurrentEngagements)).toEqual([null, 3, 9]);
  });

  test('starts with the event that continues no other event', () => {
    expect(sortedLabels(['STATUS_CHANGE', 0, '2', '3'], ['STATUS_CHANGE', 0, '3', '3'])).toEqual(['STAT 3', 'STAT 2']);
  });

  test('removes duplicates only if the vendor’s type is the same, too', () => {
    const odd = (vendorType: string): SessionEvent => ({ ...sessionEvent(['UNKNOWN', 0]), vendorType });
    const kinds = sortEvents(['5', '2', '5', '2', ''].map(odd)).map(({ vendorType }) => vendorType);
    expect(kinds).toEqual(['', '2', '5']);
  });

  test('keeps events that differ in any field', () => {
    const original: SessionEvent = { ...sessionEvent(['STATUS_CHANGE', 0, '2', '1', 3]), maxConcurrentEngagements: 4 };
    const differences: readonly Partial<SessionEvent>[] = [
      { type: 'UNKNOWN' },
      { vendorType: '5' },
      { vendorStatus: '3' },
      { previousVendorStatus: '3' },
      { concurrentEngagements: 2 },
      { previousConcurrentEngagements: 2 },
      { maxConcurrentEngagements: 5 },
    ];
    for (const difference of differences) {
      expect([difference, sortEvents([original, { ...original, ...difference }, original]).length]).toEqual([
        difference,
        2,
      ]);
    }
  });

  test('sorts more events than a function takes arguments', () => {
    const engagements = Array.from({ length: 300_000 }, (_, count) => count);
    const events = engagements.map((count) => sessionEvent(['STATUS_CHANGE', 0, '2', '1', count]));
    const ordered = sortEvents(events.toReversed());
    expect(ordered.map(({ concurrentEngagements }) => concurrentEngagements)).toEqual(engagements);
  });

  test('sorts many events in steps that each compare few', () => {
    let [compared, atMost] = [0, 0];
    // Each comparison reads the time of two events.
    const counting = (at: number): SessionEvent => ({
      ...sessionEvent(['STATUS_CHANGE', 0, '2', '1']),
      get at() {
        compared += 1;
        return at;
      },
    });
    const events = Array.from({ length: 20_000 }, (_, index) => counting((index * 7919) % 20_000));
    const steps = sortEventsInSteps(events);
    let next = steps.next();
    for (; next.done !== true; next = steps.next()) {
      atMost = Math.max(atMost, compared);
      compared = 0;
    }
    expect(next.value.map(({ at }) => at)).toEqual(Array.from({ length: 20_000 }, (_, at) => at));
    // A step sorts 1,000 events at most.
    expect(atMost).toBeLessThan(2 * 1000 * 12);
  });

  test('does not chain more than 64 events, which would take quadratic time', () => {
    // Each continues the next one, so that the chain is the reverse of the order by status.
    const step = (name: number): EventSpec => ['STATUS_CHANGE', 0, String(name), String(name + 1)];
    const steps = Array.from({ length: 65 }, (_, index) => step(100 + index));
    const named = steps.map(([, , state]) => `STAT ${state}`);
    expect(sortedLabels(...steps.slice(1))).toEqual(named.slice(1).toReversed());
    expect(sortedLabels(...steps)).toEqual(named);
  });
});
