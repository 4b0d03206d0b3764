import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { durationSeconds } from '../../domain/status-period.ts';
import { parseInstant, parsePeriod, toAgentDetails, toAgentStatus, toDiscoveredAgent, toStatusPeriod } from './map.ts';

function at(text: string) {
  return Date.parse(text);
}
const record = { primaryStatus: 'AVAILABLE', secondaryStatus: 'AVAILABLE', startTime: '2023-03-10T21:37:42' };

describe('Kore times', () => {
  test.each(['UTC', 'Asia/Kolkata', 'America/New_York'])(
    'reads times without a zone as UTC on a machine in %s',
    (TZ) => {
      const map = new URL('./map.ts', import.meta.url).href;
      const script = `import { parseInstant } from '${map}'; console.log(parseInstant('2023-03-10T21:37:42'));`;
      const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TZ },
      });
      expect(Number(stdout)).toBe(at('2023-03-10T21:37:42Z'));
    },
  );

  test('respects the zone of a time if one is sent', () => {
    expect(parseInstant('2023-03-10T21:37:42Z')).toBe(at('2023-03-10T21:37:42Z'));
    expect(parseInstant('2023-03-10T21:37:42+05:30')).toBe(at('2023-03-10T16:07:42Z'));
    expect(parseInstant('2023-03-10 21:37:42.5')).toBe(at('2023-03-10T21:37:42.500Z'));
  });

  test.each([
    ['2023-03-10T21:37:42.123', '2023-03-10T21:37:42.123Z'],
    ['2023-03-10T21:37:42.123456789', '2023-03-10T21:37:42.123Z'],
    [' 2023-03-10T21:37:42 ', '2023-03-10T21:37:42Z'],
    ['2023-03-10T21:37', '2023-03-10T21:37:00Z'],
    ['2023-03-10T21:37:42+0000', '2023-03-10T21:37:42Z'],
    ['2023-03-10 21:37-0430', '2023-03-11T02:07:00Z'],
  ])('parses the time %j', (text, time) => {
    expect(parseInstant(text)).toBe(at(time));
  });

  test.each([
    '',
    '-',
    '2023-03-10',
    '21:37:42',
    '2023-13-10T00:00:00',
    '2023-02-30T00:00:00',
    '10/03/2023 21:37:42',
    'now',
    // Text around a time may change its meaning.
    '2023-03-10T21:37:42 IST',
    '2023-03-10T21:37:42Z+05:30',
    'before 2023-03-10T21:37:42',
  ])('returns null for the invalid time %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test('parses any second that was formatted as a time', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const seconds = Math.floor(date.getTime() / 1000) * 1000;
        expect(parseInstant(new Date(seconds).toISOString().slice(0, 19))).toBe(seconds);
      }),
    );
  });
});

describe('a Kore period', () => {
  test('parses a period with an end, which is not ongoing', () => {
    const period = parsePeriod({ ...record, endTime: '2023-03-10T21:38:52' });
    expect(period).toEqual([at('2023-03-10T21:37:42Z'), at('2023-03-10T21:38:52Z'), false, 'AVAILABLE', 'AVAILABLE']);
  });

  test.each(['-', ' - '])('returns an ongoing period for the end %j', (endTime) => {
    expect(parsePeriod({ ...record, endTime })?.slice(1, 3)).toEqual([null, true]);
  });

  test.each([{}, { endTime: null }, { endTime: '' }, { endTime: ' ' }])(
    'returns an unknown isOngoing for a period with %j',
    (ending) => {
      expect(parsePeriod({ ...record, ...ending })?.slice(1, 3)).toEqual([null, null]);
    },
  );

  test.each([{ startTime: '-' }, { startTime: 'yesterday' }, { endTime: 'tomorrow' }])(
    'returns null for a period with %j',
    (broken) => {
      expect(parsePeriod({ ...record, endTime: '-', ...broken })).toBeNull();
    },
  );

  test('ignores the stated duration of a period', () => {
    const times = { startTime: '2023-03-10T21:38:52', endTime: '2023-03-10T21:39:48' };
    const stated = { ...record, ...times, duration: '00:00:55' };
    expect(parsePeriod(stated)).toEqual(parsePeriod({ ...record, ...times }));
  });

  test('keeps a period that ends before it begins, or is in the future, as sent with a duration of at least 0', () => {
    const second = fc.integer({ min: at('2023-03-10T00:00:00Z') / 1000, max: at('2023-04-10T00:00:00Z') / 1000 });
    const text = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19);
    fc.assert(
      fc.property(second, second, (from, to) => {
        const period = parsePeriod({ ...record, startTime: text(from), endTime: text(to) });
        expect(period?.slice(0, 3)).toEqual([from * 1000, to * 1000, false]);
        const [start = null, end = null] = period ?? [];
        expect(durationSeconds(start, end)).toBe(Math.max(0, to - from));
      }),
    );
  });

  test('returns the type as sent, and the company’s own name as the label', () => {
    const period = parsePeriod({ ...record, primaryStatus: 'Busy', secondaryStatus: 'NBK', endTime: '-' });
    expect(period && toStatusPeriod({ period, observedAt: 7 }, 'kore-main', 'jane@example.com')).toEqual({
      account: 'kore-main',
      ref: 'jane@example.com',
      sessionId: null,
      status: 'BUSY',
      vendorStatus: 'Busy',
      label: 'NBK',
      start: at('2023-03-10T21:37:42Z'),
      end: null,
      isOngoing: true,
      observedAt: 7,
    });
  });

  test.each([undefined, null, '', '  '])('returns no label if the vendor sends %j', (secondaryStatus) => {
    expect(parsePeriod({ ...record, secondaryStatus })?.[4]).toBeNull();
  });
});

test.each([
  ['AVAILABLE', 'AVAILABLE'],
  ['Available', 'AVAILABLE'],
  ['busy', 'BUSY'],
  ['AWAY', 'AWAY'],
  ['Offline', 'OFFLINE'],
  [' BUSY\r\n', 'BUSY'],
  ['ON_BREAK', 'UNKNOWN'],
  ['UNKNOWN', 'UNKNOWN'],
  ['', 'UNKNOWN'],
])('maps the status %j to %s', (primary, status) => {
  expect(toAgentStatus(primary)).toBe(status);
});

describe('a Kore agent', () => {
  test.each([{}, { status: null }, { status: [] }])(
    'returns no periods for the agent %j, which is complete',
    (agent) => {
      expect(toAgentDetails(agent)).toEqual({ periods: [], unreadable: 0 });
    },
  );

  test('drops only unreadable records of an agent', () => {
    const status = [{ ...record, endTime: '-' }, null, { ...record, startTime: '' }];
    expect(toAgentDetails({ status })).toMatchObject({ periods: [expect.anything()], unreadable: 2 });
  });

  test('discovers an agent with the e-mail address as reference, and the userId as alias', () => {
    const agent = { userId: 'u-1', firstName: ' Jane', lastName: 'Doe ', email: 'Jane@Example.com' };
    expect(toDiscoveredAgent(agent)).toEqual({
      ref: 'Jane@Example.com',
      aliases: ['u-1'],
      name: 'Jane Doe',
      email: 'Jane@Example.com',
    });
  });

  test.each([{ email: '' }, { email: null }, {}])(
    'discovers an agent without an e-mail address (%j) with the userId as reference',
    (fields) => {
      const agent = { userId: 'u-1', firstName: '', lastName: '', ...fields };
      expect(toDiscoveredAgent(agent)).toEqual({ ref: 'u-1', aliases: [], name: null, email: null });
    },
  );

  test('returns null for an agent without any reference', () => {
    expect(toDiscoveredAgent({ firstName: 'Jane' })).toBeNull();
  });
});
