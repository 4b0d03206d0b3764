import { describe, expect, test } from '@jest/globals';
import { type PlainEvent } from '../../../test/support/liveperson-documents.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  formatTime,
  instantAt,
  loginEvent,
  logoutEvent,
  MAY_10,
  NOW,
  statusChangeEvent,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';
import { allValues } from '../../domain/maybe-promise.ts';

describe('a shift in three files with overlapping parts', () => {
  const ask = () => connectLivePerson(createScriptedVendor(THREE_FILES)).open();

  test('returns a shift in three files as one session', async () => {
    const { data, sources } = await ask().sessions('9', MAY_10);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ ref: '9', vendorSessionId: '75555851-1', state: 'CLOSED', groupId: null });
    expect([formatTime(data[0]?.loginAt), formatTime(data[0]?.logoutAt)]).toEqual(['10T08:00', '10T16:00']);
    expect(data[0]?.events.map(({ type, vendorStatus }) => `${type} ${vendorStatus}`)).toEqual([
      'LOGIN 0',
      'STATUS_CHANGE 2',
      'STATUS_CHANGE 3',
      'STATUS_CHANGE 2',
      'STATUS_CHANGE 4',
      'LOGOUT 0',
    ]);
    expect(sources).toEqual([
      {
        account: 'lp',
        endpoint: 'agentActivity',
        outcome: 'OK',
        fetchedAt: NOW,
        freshUntil: NOW + 86_400_000,
        servedFrom: 'VENDOR',
        calls: Array(4).fill(expect.any(Symbol)),
        error: null,
        incompleteDuring: [],
        coveredFrom: MAY_10.from,
        coveredTo: MAY_10.to,
      },
    ]);
  });

  test('returns the status periods of a shift in three files in the common vocabulary', async () => {
    const sources = ask();
    const { data } = await sources.statusPeriods('9', MAY_10);
    expect(
      data.map(({ status, label, vendorStatus, start, end }) => [
        status,
        label,
        vendorStatus,
        formatTime(start),
        formatTime(end),
      ]),
    ).toEqual([
      ['AVAILABLE', null, '2', '10T08:05', '10T10:00'],
      ['BUSY', 'Back Soon', '3', '10T10:00', '10T10:15'],
      ['AVAILABLE', null, '2', '10T10:15', '10T12:00'],
      ['AWAY', null, '4', '10T12:00', '10T16:00'],
    ]);
    expect(data.every(({ isOngoing, sessionId }) => isOngoing === false && sessionId === '75555851-1')).toBe(true);
    for (const period of data) {
      expect(sources.findSession(period)?.statusPeriods).toContain(period);
      expect(ask().findSession(period)).toBeNull();
    }
  });

  test('finds a shift by the login name in any case, and not by another login name', async () => {
    const sources = ask();
    const results = await allValues(
      ['cragent@LIVEPERSON.com', '9', '8', 'jane@example.com'].map((ref) => sources.sessions(ref, MAY_10)),
    );
    expect(results.map(({ data }) => data.map(({ ref }) => ref))).toEqual([['cragent@LIVEPERSON.com'], ['9'], [], []]);
    expect(results.map((result) => result.sources[0]?.outcome)).toEqual(['OK', 'OK', 'OK', 'OK']);
  });

  test('finds a status period in a short range although its file was generated hours later', async () => {
    const { data } = await ask().statusPeriods('9', { from: instantAt('10T10:05:00'), to: instantAt('10T10:10:00') });
    expect(data.map(({ vendorStatus }) => vendorStatus)).toEqual(['3']);
  });
});

describe('a session that is written in parts while it lasts', () => {
  const pieces = [
    {
      generated: instantAt('10T09:00:00'),
      events: [loginEvent('10T08:00:00'), statusChangeEvent('10T08:05:00', 2, 1)],
    },
    { generated: instantAt('10T13:00:00'), events: [statusChangeEvent('10T12:30:00', 4, 2)] },
    { generated: instantAt('10T17:00:00'), events: [logoutEvent('10T16:00:00')] },
  ].map(({ generated, events }) => ({ name: String(generated), generated, sessions: { '75555851-1': events } }));
  const morning = { from: instantAt('10T10:00:00'), to: instantAt('10T12:00:00') };
  const noon = { from: instantAt('10T11:00:00'), to: instantAt('10T14:00:00') };
  const ask = async (entry = {}) => {
    const sources = connectLivePerson(createScriptedVendor(pieces), { entry }).open();
    const [morningPeriods, noonPeriods] = await Promise.all([
      sources.statusPeriods('9', morning),
      sources.statusPeriods('9', noon),
    ]);
    return [morningPeriods, noonPeriods].map(({ data }) =>
      data.map(({ vendorStatus, start, end }) => [vendorStatus, formatTime(start), formatTime(end)]),
    );
  };

  test('returns the whole session when lookBackHours covers its first file', async () => {
    const online = ['2', '10T08:05', '10T12:30'];
    const away = ['4', '10T12:30', '10T16:00'];
    expect(await ask({ lookBackHours: 24 })).toEqual([[online], [online, away]]);
    expect(await ask({ lookBackHours: 2 })).toEqual([[online], [online, away]]);
  });

  test('returns a session from its first part in the range without lookBackHours', async () => {
    const away = ['4', '10T12:30', '10T16:00'];
    expect(await ask()).toEqual([[], [away]]);
  });
});

describe('codes and sentinels', () => {
  test('returns unknown codes as they were sent', async () => {
    const odd: readonly PlainEvent[] = [
      { type: 7, state: 0, at: instantAt('10T08:00:00') },
      { type: -1, state: -1, at: instantAt('10T08:01:00') },
      { type: 5, state: -1, at: instantAt('10T08:01:00') },
      {
        type: 1,
        state: 1,
        at: instantAt('10T08:02:00'),
        engagements: 3,
        previousEngagements: 2,
        maxEngagements: 4,
        group: 77,
      },
      {
        type: 1,
        state: 12,
        at: instantAt('10T08:03:00'),
        engagements: 3e9,
        previousEngagements: 2 ** 31 - 1,
        maxEngagements: 2 ** 31,
      },
    ];
    const file = { name: 'f', generated: instantAt('10T09:00:00'), sessions: { '75555851-1': odd } };
    const { data } = await connectLivePerson(createScriptedVendor([file]))
      .open()
      .sessions('9', MAY_10);
    expect(data[0]).toMatchObject({
      loginAt: null,
      logoutAt: null,
      state: 'UNKNOWN',
      groupId: '77',
      profileIds: ['2438730312', '2438730212'],
      peakConcurrentEngagements: 3,
    });
    expect(data[0]?.events).toMatchObject([
      {
        type: 'UNKNOWN',
        status: 'UNKNOWN',
        vendorStatus: '0',
        previousVendorStatus: '1',
        maxConcurrentEngagements: null,
      },
      { type: 'UNKNOWN', status: 'UNKNOWN', vendorStatus: '-1' },
      { type: 'UNKNOWN', status: 'UNKNOWN', vendorStatus: '-1' },
      {
        type: 'STATUS_CHANGE',
        status: 'OFFLINE',
        concurrentEngagements: 3,
        previousConcurrentEngagements: 2,
        maxConcurrentEngagements: 4,
      },
      {
        type: 'STATUS_CHANGE',
        status: 'UNKNOWN',
        vendorStatus: '12',
        concurrentEngagements: null,
        previousConcurrentEngagements: 2 ** 31 - 1,
        maxConcurrentEngagements: null,
      },
    ]);
    expect(data[0]?.statusPeriods.at(-1)).toMatchObject({ end: null, isOngoing: null });
  });
});

describe('status periods', () => {
  const periodsOf = async (events: readonly PlainEvent[]) => {
    const file = { name: 'f', generated: instantAt('10T17:00:00'), sessions: { '75555851-1': events } };
    const { data } = await connectLivePerson(createScriptedVendor([file]))
      .open()
      .statusPeriods('9', MAY_10);
    return data.map(({ status, vendorStatus, start, end }) => [
      status,
      vendorStatus,
      formatTime(start),
      formatTime(end),
    ]);
  };

  test('returns an unknown status for the states 0 and −1', async () => {
    const events = [
      statusChangeEvent('10T08:00:00', 2, 1),
      statusChangeEvent('10T08:10:00', 0, 2),
      statusChangeEvent('10T08:20:00', -1, 0),
      statusChangeEvent('10T08:30:00', 2, -1),
      logoutEvent('10T09:00:00'),
    ];
    expect(await periodsOf(events)).toEqual([
      ['AVAILABLE', '2', '10T08:00', '10T08:10'],
      ['UNKNOWN', '0', '10T08:10', '10T08:20'],
      ['UNKNOWN', '-1', '10T08:20', '10T08:30'],
      ['AVAILABLE', '2', '10T08:30', '10T09:00'],
    ]);
  });

  test('returns a missing state like −1', async () => {
    const events = [statusChangeEvent('10T08:00:00', NaN, 1), logoutEvent('10T09:00:00')];
    expect(await periodsOf(events)).toEqual([['UNKNOWN', '-1', '10T08:00', '10T09:00']]);
  });

  test('returns both periods around a change whose previous state does not match, and none between', async () => {
    const events = [
      statusChangeEvent('10T08:00:00', 2, 1),
      statusChangeEvent('10T08:30:00', 4, 3),
      logoutEvent('10T09:00:00'),
    ];
    expect(await periodsOf(events)).toEqual([
      ['AVAILABLE', '2', '10T08:00', '10T08:30'],
      ['AWAY', '4', '10T08:30', '10T09:00'],
    ]);
  });
});

describe('two agents and two sessions', () => {
  test('separates agents and overlapping sessions', async () => {
    const sessions = {
      '75555851-1': [loginEvent('10T08:00:00'), logoutEvent('10T12:00:00')],
      '75555851-2': [loginEvent('10T09:00:00'), logoutEvent('10T10:00:00')],
      '75555851-3': [{ ...loginEvent('10T09:00:00'), agent: 10, login: 'other' }],
    };
    const sources = connectLivePerson(
      createScriptedVendor([{ name: 'f', generated: instantAt('10T13:00:00'), sessions }]),
    ).open();
    const [nine, ten] = await Promise.all([sources.sessions('9', MAY_10), sources.sessions('other', MAY_10)]);
    expect(nine.data.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['75555851-1', '75555851-2']);
    expect(ten.data.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['75555851-3']);
  });
});
