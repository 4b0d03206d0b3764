import { expect, test } from '@jest/globals';
import type { RawEvent } from './activity.ts';
import { createRecordBuilder, type TimedEvent } from './record-builder.ts';

const timedEvent = (at: number, fields: Partial<RawEvent> = {}): TimedEvent => ({
  at,
  event: {
    agentId: '9',
    timestamp: String(at),
    type: '1',
    state: '2',
    previousState: null,
    engagements: null,
    previousEngagements: null,
    maxEngagements: null,
    groupId: null,
    profileIds: null,
    names: { loginName: null, nickname: null, userName: null, isLoginEncrypted: false },
    ...fields,
  },
});

test('continues the encoding of events over several additions', () => {
  const record = createRecordBuilder('s');
  expect(record.add([timedEvent(1000), timedEvent(1500)])).toBe('1000,1,2,,,,;500,1,2,,,,;'.length);
  record.add([]);
  record.add([timedEvent(1400)]);
  expect(record.toJson()).toBe('["s","1000,1,2,,,,;500,1,2,,,,;-100,1,2,,,,;",null,null]');
});

test('returns null for a record without events', () => {
  const record = createRecordBuilder('s');
  expect(record.add([])).toBe(0);
  expect(record.toJson()).toBeNull();
});

test('keeps the latest group and profiles in any order of events, and skips −1 and empty lists', () => {
  const events = [
    timedEvent(1, { groupId: '6', profileIds: '4' }),
    timedEvent(2, { groupId: '7', profileIds: '5' }),
    timedEvent(2, { groupId: '8', profileIds: '50' }),
    timedEvent(3, { groupId: '-1', profileIds: '' }),
  ];
  for (const ordered of [events, events.toReversed()]) {
    const record = createRecordBuilder('s');
    record.add(ordered);
    expect((JSON.parse(record.toJson() ?? '') as unknown[]).slice(2)).toEqual([
      [2, '8'],
      [2, '50'],
    ]);
  }
});
