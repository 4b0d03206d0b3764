import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import {
  createActivityDocument,
  createBodyRecord,
  createEventRecord,
  SAMPLE_TIME,
} from '../../../../test/support/liveperson-documents.ts';
import { encodedEventsOf, readChunked, toJsonLines } from '../../../../test/support/liveperson-read-file.ts';
import { VendorError } from '../../../domain/vendor-error.ts';
import { parseAgentRecords } from './content.ts';

const published = readFileSync(new URL('../fixtures/two-documents.json', import.meta.url));

function singleEventDocument(event: Record<string, unknown>) {
  return {
    ...createActivityDocument([]),
    recordCollection: [createBodyRecord('75555851-1', [event])],
  };
}

describe('the vendor’s own sample', () => {
  test('reads the login of the vendor’s sample twice', async () => {
    const content = await readChunked(published);
    expect(content.flaws).toEqual({ damage: null, foreign: 0, malformed: 0 });
    expect(encodedEventsOf(content)).toEqual(['1465992202047,3,0,1,0,0,-9', '0,3,0,1,0,0,-9']);
    expect(content.agents['9']).toMatchObject({
      names: { at: SAMPLE_TIME, loginName: 'CRAgent@liveperson.com', nickname: 'CRAgent', userName: 'CRAgent' },
    });
    const [record] = parseAgentRecords(content, '9');
    const profiles = [SAMPLE_TIME, '2438730312,2438730212,2438730512,2438730412'];
    expect([record?.[0], record?.[2], record?.[3]]).toEqual(['75555851-684867733', null, profiles]);
    expect(content.logins).toEqual({ 'cragent@liveperson.com': ['9'] });
  });

  test('reads the vendor’s sample equally as one document a line, compressed, and without patterns', async () => {
    const content = await readChunked(published);
    const text = published.toString();
    const border = text.indexOf('\n}\n{\n') + 3;
    const narrow = [text.slice(0, border), text.slice(border)]
      .map((part) => JSON.stringify(JSON.parse(part)))
      .join('\n');
    expect(await readChunked(narrow)).toEqual(content);
    expect(await readChunked(gzipSync(published))).toEqual(content);
    expect(await readChunked(published, { patterns: false })).toEqual(content);
  });
});

describe('envelopes and fields', () => {
  test('reads both envelopes in one file', async () => {
    const file = toJsonLines(
      createActivityDocument([{ session: '75555851-1', events: [{ agent: 1 }] }]),
      createActivityDocument([{ session: '75555851-2', events: [{ agent: 2 }] }], { envelope: 'found', account: null }),
    );
    expect(Object.keys((await readChunked(file)).agents)).toEqual(['1', '2']);
  });

  test('reads other union branches, bare values and missing fields', async () => {
    const odd = {
      agentID: { int: 9 },
      timestamp: SAMPLE_TIME,
      type: { string: '3' },
      state: null,
      concurrentEng: { double: 1.5 },
    };
    expect(encodedEventsOf(await readChunked(toJsonLines(singleEventDocument(odd))))).toEqual([
      `${SAMPLE_TIME},3,,,,,`,
    ]);
  });

  test('reads names in either spelling, employee numbers and empty texts', async () => {
    const { agentUsername, agentNickname, agentLoginname, ...rest } = createEventRecord({
      login: ' Jane@Example.com ',
    });
    const renamed = {
      ...rest,
      agentUserName: agentUsername,
      AGENTNICKNAME: { string: '' },
      agentLoginName: agentLoginname,
      agentEmployeeId: { long: 5 },
    };
    expect(agentNickname).toBeDefined();
    const content = await readChunked(toJsonLines(singleEventDocument(renamed)));
    expect(content.agents['9']?.names).toMatchObject({
      loginName: 'Jane@Example.com',
      nickname: null,
      userName: 'CRAgent',
    });
    expect(content.logins).toEqual({ 'jane@example.com': ['9'] });
  });

  test('keeps the digits of numbers that a double cannot hold', async () => {
    const big = JSON.stringify(createActivityDocument([{ events: [{}] }]))
      .replace('"agentID":{"long":9}', '"agentID":{"long":9007199254740993}')
      .replace('2438730312', '9223372036854775807')
      .replace('"agentGroupID":{"long":-1}', '"agentGroupID":{"long":9007199254740995}');
    for (const file of [big, `${big}\n${big}`]) {
      const [record] = parseAgentRecords(await readChunked(file), '9007199254740993');
      expect(record?.[2]?.[1]).toBe('9007199254740995');
      expect(record?.[3]?.[1]).toBe('9223372036854775807,2438730212');
    }
  });

  test('reads a document with a key of a million characters', async () => {
    const long = { ['k'.repeat(2 ** 20 - 2000)]: 0, ...createActivityDocument([{ events: [{}] }]) };
    const content = await readChunked(toJsonLines(long, long, long));
    expect([encodedEventsOf(content).length, content.flaws.malformed]).toEqual([3, 0]);
  });

  test('reads non-ASCII names', async () => {
    const jane = createActivityDocument([{ events: [{ nickname: 'Jürgen ☃ 💥', login: 'JÜRGEN' }] }]);
    const content = await readChunked(toJsonLines(jane, jane, jane));
    expect(content.agents['9']?.names.nickname).toBe('Jürgen ☃ 💥');
    expect(content.logins).toEqual({ jürgen: ['9'] });
  });

  test('never stores encrypted values as names', async () => {
    const armour = '-----BEGIN PGP MESSAGE-----\nwcBMA8\n-----END PGP MESSAGE-----';
    const secret = createActivityDocument([{ events: [{ nickname: armour, login: armour, userName: armour }] }]);
    // With its lines joined, the pattern of a name can read an armored text.
    const inOneLine = JSON.parse(JSON.stringify(secret).replaceAll('\\n', ' ')) as unknown;
    const named = createActivityDocument([{ events: [{ agent: 10 }] }]);
    for (const file of [
      toJsonLines(secret, secret),
      toJsonLines(inOneLine, inOneLine),
      toJsonLines(named, named, inOneLine),
    ]) {
      const content = await readChunked(file);
      expect(JSON.stringify(content)).not.toContain('PGP');
      expect(content.agents['9']?.names).toMatchObject({ loginName: null, nickname: null, userName: null });
      expect(content.hasEncryptedLogins).toBe(true);
    }
    const nicknameOnly = createActivityDocument([{ events: [{ nickname: armour }] }]);
    expect(await readChunked(toJsonLines(nicknameOnly))).toMatchObject({ hasEncryptedLogins: false });
  });

  test('stores names, group and profiles of the latest event that has them', async () => {
    const of = (at: number, group: number, nickname: string, profiles: readonly number[]) => ({
      at,
      group,
      nickname,
      profiles,
    });
    const events = [of(3, -1, 'new', []), of(2, 7, 'old', [5]), of(1, 6, 'older', [4])];
    const session = { at: 3, nickname: 'new' };
    for (const ordered of [events, events.toReversed()]) {
      const content = await readChunked(toJsonLines(createActivityDocument([{ events: ordered }])));
      expect(content.agents['9']?.names).toMatchObject(session);
      expect([...parseAgentRecords(content, '9')][0]?.slice(2)).toEqual([
        [2, '7'],
        [2, '5'],
      ]);
    }
  });
});

describe('stored records', () => {
  test('joins adjacent documents of a session into one record, and starts a record after another session', async () => {
    const [first, second] = ['75555851-1', '75555851-2'].map((session) =>
      createActivityDocument([{ session, events: [{}] }]),
    );
    const sessionsOf = async (...documents: readonly unknown[]) =>
      [...parseAgentRecords(await readChunked(toJsonLines(...documents)), '9')].map(([session, events]) => [
        session,
        events.split(';').length - 1,
      ]);
    expect(await sessionsOf(first, first, first, second)).toEqual([
      ['75555851-1', 3],
      ['75555851-2', 1],
    ]);
    expect(await sessionsOf(first, second, first)).toEqual([
      ['75555851-1', 1],
      ['75555851-2', 1],
      ['75555851-1', 1],
    ]);
  });

  test('starts another record of a session that is too long', async () => {
    const [first, ...others] = parseAgentRecords(
      await readChunked(toJsonLines(...Array<unknown>(2000).fill(createActivityDocument([{ events: [{}] }])))),
      '9',
    );
    expect(first?.[1].length).toBeLessThan(20_000);
    expect(others.length).toBeGreaterThan(0);
  });
});

describe('skipped data', () => {
  test('skips bodies of other kinds', async () => {
    const others = {
      ...createActivityDocument([]),
      recordCollection: [{ body: { 'com.liveperson.dataaccess.WebSessionData': { x: 1 } } }],
    };
    const content = await readChunked(toJsonLines(others, createActivityDocument([{ events: [{}] }])));
    expect(content.flaws).toEqual({ damage: null, foreign: 0, malformed: 0 });
    expect(encodedEventsOf(content)).toHaveLength(1);
  });

  test('skips and counts another account’s records', async () => {
    const file = toJsonLines(
      createActivityDocument([{ events: [{ agent: 1 }] }], { account: '28045150' }),
      createActivityDocument([{ session: '28045150-1', events: [{ agent: 2 }] }], { account: null }),
      createActivityDocument([{ session: 'opaque', events: [{ agent: 3 }] }], { account: null }),
      createActivityDocument([{ session: '28045150-1', events: [{ agent: 4 }] }]),
    );
    const content = await readChunked(file);
    expect(Object.keys(content.agents)).toEqual(['3', '4']);
    expect(content.flaws.foreign).toBe(2);
  });

  test('skips and counts events without a session, an agent or a time', async () => {
    const { agentID, ...agentless } = createEventRecord();
    const { timestamp, ...timeless } = createEventRecord();
    // The largest number that a double holds, a time in microseconds, and the first instants of the years 10000 and 0.
    const unreadableTimes = [2 ** 53 - 1, SAMPLE_TIME * 1000, Date.parse('+010000-01-01'), Date.parse('0000-01-01')];
    expect([agentID, timestamp]).not.toContain(undefined);
    const sessionless = {
      body: { 'com.liveperson.dataaccess.AgentActivityData': { agentSessionsData: { array: [createEventRecord()] } } },
    };
    const content = await readChunked(
      toJsonLines(
        singleEventDocument(agentless),
        singleEventDocument(timeless),
        ...unreadableTimes.map((at) => singleEventDocument(createEventRecord({ at }))),
        { ...createActivityDocument([]), recordCollection: [sessionless] },
        { recordCollection: 'none' },
        singleEventDocument(createEventRecord()),
      ),
    );
    expect(content.flaws.malformed).toBe(8);
    expect(encodedEventsOf(content)).toHaveLength(1);
  });
});

describe('damage', () => {
  const good = JSON.stringify(createActivityDocument([{ events: [{}] }]));
  const reasonOf = async (bytes: Buffer | string, options = {}) => {
    const error: unknown = await readChunked(bytes, options).catch((thrown: unknown) => thrown);
    if (!(error instanceof VendorError)) throw new Error('A VendorError was expected');
    expect(error.code).toBe('VENDOR_BAD_RESPONSE');
    return error.reason;
  };

  test('returns the data before damage and reports it', async () => {
    const cut = await readChunked(`${good}\n${good.slice(0, -9)}`);
    expect([encodedEventsOf(cut).length, cut.flaws]).toEqual([1, { damage: 'malformed', foreign: 0, malformed: 0 }]);
    const middle = await readChunked(`${good}\n${good.slice(0, -9)}\n${good}\nnoise\n${good}\n${good}`);
    expect([encodedEventsOf(middle).length, middle.flaws]).toEqual([4, { damage: null, foreign: 0, malformed: 1 }]);
    const zipped = gzipSync(`${good}\n${good}\n${good}`, { level: 0 });
    const truncated = await readChunked(zipped.subarray(0, -400));
    expect([encodedEventsOf(truncated).length, truncated.flaws.damage]).toEqual([2, 'truncated']);
  });

  test('reports a cut trailer without losing data', async () => {
    const zipped = gzipSync(`${good}\n${good}`);
    for (let bytes = 1; bytes <= 8; bytes++) {
      const content = await readChunked(zipped.subarray(0, -bytes));
      expect([encodedEventsOf(content).length, content.flaws.damage]).toEqual([2, 'truncated']);
    }
  });

  test('rejects a damaged file without data', async () => {
    expect(await reasonOf('<!DOCTYPE html><html></html>')).toBe('file_malformed');
    expect(await reasonOf('5')).toBe('file_malformed');
    expect(await reasonOf('{"a":1}\n{"b":2}')).toBe('file_malformed');
    expect(await reasonOf(gzipSync(good).subarray(0, 50))).toBe('file_truncated');
    expect(await reasonOf(Buffer.from('PK\x03\x04'))).toBe('zip');
    await expect(readChunked(Buffer.from('PK\x03\x04'))).rejects.toThrow(/ZIP/);
  });

  test('rejects a file that is too large, whatever was read', async () => {
    const file = toJsonLines(...Array<unknown>(40).fill(JSON.parse(good)));
    expect(await reasonOf(file, { maxFileBytes: file.length - 1 })).toBe('too_large');
    expect(encodedEventsOf(await readChunked(file, { maxFileBytes: file.length }))).toHaveLength(40);
  });

  test('ignores space and byte order marks after the last document', async () => {
    const content = await readChunked(`${good}\n\uFEFF \uFEFF`);
    expect([encodedEventsOf(content).length, content.flaws.damage]).toEqual([1, null]);
  });

  test('accepts an empty file but rejects one without bytes', async () => {
    for (const empty of [gzipSync(''), gzipSync('\n'), '\n']) {
      expect(await readChunked(empty)).toMatchObject({ agents: {}, flaws: { damage: null } });
    }
    expect(await reasonOf('')).toBe('file_truncated');
  });
});
