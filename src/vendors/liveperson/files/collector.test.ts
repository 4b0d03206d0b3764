import { expect, test } from '@jest/globals';
import { runAtOnce } from '../../../domain/event-loop-yielder.ts';
import type { RawEvent } from './activity.ts';
import { createCollector } from './collector.ts';
import { parseAgentRecords } from './content.ts';
import { decodeEvents } from './event-codec.ts';

function event(agentId: string, loginName: string | null = null): RawEvent {
  return {
    agentId,
    timestamp: '1465992202047',
    type: '3',
    state: null,
    previousState: null,
    engagements: null,
    previousEngagements: null,
    maxEngagements: null,
    groupId: null,
    profileIds: null,
    names: { loginName, nickname: null, userName: null, isLoginEncrypted: false },
  };
}

/** Returns the content of one document with one session's events. */
function collect(events: readonly RawEvent[]) {
  const collector = createCollector('75555851');
  collector.add({ accountId: null, records: [{ sessionId: 's', events }], unreadable: 0 });
  return runAtOnce(collector.content(null));
}

function agents(count: number, login?: string) {
  return Array.from({ length: count }, (_, index) => event(String(index), login));
}

/** Counts the steps of array iterators during `work`, including those that copy arrays. */
function countIterations(work: () => void): number {
  const iterator = Object.getPrototypeOf([].values()) as { next: () => unknown };
  const { next } = iterator;
  let steps = 0;
  iterator.next = function (this: unknown) {
    steps += 1;
    return next.call(this);
  };
  try {
    work();
  } finally {
    iterator.next = next;
  }
  return steps;
}

test('indexes agents of one login name in linear time', () => {
  const many = agents(2000, 'jane');
  const steps = countIterations(() => {
    const { logins } = collect(many);
    expect(logins.jane?.length).toBe(2000);
  });
  // Quadratic time would take two million.
  expect(steps).toBeLessThan(50_000);
});

test('reports a file of more than 100,000 agents as too large and collects no more', () => {
  const { add, content } = createCollector('75555851');
  const addAndCount = (events: readonly RawEvent[]) => {
    add({ accountId: null, records: [{ sessionId: 's', events }], unreadable: 0 });
    const { agents: kept, flaws } = runAtOnce(content(null));
    return [Object.keys(kept).length, flaws.damage];
  };
  expect(addAndCount(agents(100_000))).toEqual([100_000, null]);
  expect(addAndCount([event('5')])).toEqual([100_000, null]);
  expect(addAndCount([event('100000')])).toEqual([100_000, 'too_large']);
});

test('stores a session of very many events in one document as several records', () => {
  const content = collect(Array.from({ length: 20_000 }, () => event('9')));
  const lengths = [...parseAgentRecords(content, '9')].map(([, events]) => decodeEvents(events).length);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(20_000);
  // A record is closed at 16 KiB, here some 1,820 events, and grows by a thousand events at a time.
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2820);
});

test('encodes very many agents in steps', () => {
  const collector = createCollector('75555851');
  collector.add({ accountId: null, records: [{ sessionId: 's', events: agents(5000, 'jane') }], unreadable: 0 });
  expect([...collector.content(null)]).toHaveLength(5000 / 100 - 1);
});
