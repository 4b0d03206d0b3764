import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createActivityDocument,
  createBodyRecord,
  createEventRecord,
  type Envelope,
  type PlainEvent,
  type PlainRecord,
} from '../../../../../test/support/liveperson-documents.ts';
import { encodedEventsOf, readChunked } from '../../../../../test/support/liveperson-read-file.ts';
import { readActivity } from '../activity.ts';
import { createEventExtractor, learnPattern as learnPatternWith } from './document-pattern.ts';

function learnPattern(text: string) {
  return learnPatternWith(text, createEventExtractor());
}

describe('a pattern', () => {
  type Document = Record<string, unknown>;
  const document = (...events: readonly PlainEvent[]) => createActivityDocument([{ events }]);
  const learnFrom = (example: Document) => {
    const pattern = learnPattern(JSON.stringify(example));
    if (!pattern) throw new Error('A pattern was expected');
    return pattern;
  };
  const ready = { state: 2, group: 5 };

  test.each<[string, Document, Document]>([
    [
      'with other values',
      document({}),
      document({ agent: 10, at: 7, type: 1, login: 'Jürgen', group: 0, profiles: [] }),
    ],
    ['with more events', document({}), document({}, ready, { agent: 11 })],
    ['with fewer events', document({}, ready), document({ at: 5 })],
    [
      'with more records',
      document({}),
      createActivityDocument([{ events: [{}] }, { session: 'x', events: [{}, ready] }]),
    ],
    [
      'without an account id',
      createActivityDocument([{ events: [{}] }], { account: null }),
      createActivityDocument([{ events: [ready] }], { account: null }),
    ],
    [
      'in the other envelope',
      createActivityDocument([{ events: [{}] }], { envelope: 'found' }),
      createActivityDocument([{ events: [ready, ready] }], { envelope: 'found' }),
    ],
  ])('reads a document of the learned form like the parser: %s', (_title, example, other) => {
    const text = JSON.stringify(other);
    const bytes = Buffer.from(text).toString('latin1');
    const read = { activity: readActivity(text), end: bytes.length };
    expect(learnFrom(example).tryRead(bytes, 0)).toEqual(read);
    expect(learnFrom(example).tryRead(`${bytes}${bytes}`, 0)).toEqual(read);
    expect(learnFrom(example).tryRead(`# \t\r\n${bytes}`, 1)).toEqual({ ...read, end: bytes.length + 5 });
  });

  test('reads events of several forms, and lists and records with space between', () => {
    const [long, short] = [{ ...createEventRecord({ at: 1 }) }, { ...createEventRecord({ at: 2 }), groupId: null }];
    const of2 = (...events: readonly unknown[]) => ({
      ...createActivityDocument([]),
      recordCollection: [createBodyRecord('s', events)],
    });
    const pattern = learnFrom(of2(long, short, long));
    for (const other of [of2(short), of2(long), of2(short, short, long)]) {
      expect(pattern.tryRead(JSON.stringify(other), 0)?.activity).toEqual(readActivity(JSON.stringify(other)));
    }
    const loose = JSON.stringify(of2(long, short))
      .replace('[2438730312,', '[ 2438730312 ,\n')
      .replace('},{"agentID"', '} ,\t{"agentID"');
    expect(pattern.tryRead(loose, 0)).toEqual({ activity: readActivity(loose), end: loose.length });
  });

  test('reads a list of profiles of any length', () => {
    const endless = document({ profiles: Array<number>(2 ** 21).fill(5) });
    const text = JSON.stringify(endless);
    const [record] = learnFrom(document({})).tryRead(text, 0)?.activity.records ?? [];
    expect(record?.events[0]?.profileIds?.length).toBe(2 ** 22 - 1);
  });

  test('learns up to eight forms of an event', () => {
    const forms = (count: number) => {
      const events = Array.from({ length: 2 * count }, (_, index) => ({
        ...createEventRecord(),
        [`k${index % count}`]: 0,
      }));
      return { ...createActivityDocument([]), recordCollection: [createBodyRecord('s', events)] };
    };
    const text = JSON.stringify(forms(8));
    expect(learnFrom(forms(8)).tryRead(text, 0)?.end).toBe(text.length);
    expect(learnPattern(JSON.stringify(forms(9)))).toBeNull();
  });

  const valid = JSON.stringify(document({ nickname: 'Jane' }));
  test.each<[string, (text: string) => string]>([
    ['another key', (text) => text.replace('"state"', '"status"')],
    ['another branch', (text) => text.replace('"state":{"long":0}', '"state":{"int":0}')],
    ['null for a number', (text) => text.replace('"state":{"long":0}', '"state":null')],
    ['a number for null', (text) => text.replace('"endTime":null', '"endTime":{"long":5}')],
    ['a fraction', (text) => text.replace('"state":{"long":0}', '"state":{"long":0.5}')],
    ['an exponent', (text) => text.replace('"state":{"long":0}', '"state":{"long":1e3}')],
    ['an escape', (text) => text.replace('Jane', 'Ja\\ne')],
    ['one more field', (text) => text.replace('"agentID"', '"more":1,"agentID"')],
    ['space in other places', (text) => text.replace('"state":{', '"state": {')],
    ['one more field at the end', (text) => `${text.slice(0, -1)},"more":1}`],
    ['one more field at the start', (text) => text.replace('{', '{"more":1,')],
    [
      'one more field after a record',
      (text) => text.replace(']}}}}]', ']}}},"more":1}]').replace(/\}\}\}\]\}$/, '}},"more":1}]}'),
    ],
    ['an invalid list', (text) => text.replace(/"array":\[\d+,/, '"array":[--')],
    ['a comma and no event', (text) => text.replace(']}}}}', ',]}}}}').replace(/\}\]\}/, '},]}')],
    ['the last brace missing', (text) => text.slice(0, -1)],
    ['half of it', (text) => text.slice(0, text.length / 2)],
    ['nothing', () => ''],
  ])('returns null for a document of another form or an incomplete one: %s', (_title, change) => {
    expect(change(valid)).not.toBe(valid);
    expect(learnFrom(document({})).tryRead(change(valid), 0)).toBeNull();
  });

  test.each<[string, Document]>([
    ['without a collection', { ...document({}), recordCollection: undefined }],
    ['with an empty one', createActivityDocument([])],
    [
      'whose first record is without events',
      { ...document({}), recordCollection: [{ body: {} }, ...(document({}).recordCollection as unknown[])] },
    ],
    ['with events that are not a list', { ...document({}), recordCollection: [{ agentSessionsData: 5 }] }],
  ])('learns nothing from a document %s', (_title, example) => {
    expect(learnPattern(JSON.stringify(example))).toBeNull();
  });

  test('learns nothing from a text that is not a document', () => {
    for (const text of [
      '',
      '[',
      ']',
      '}{',
      'recordCollection',
      '{"recordCollection":[',
      '{"recordCollection":[{"agentSessionsData":[',
    ]) {
      expect(learnPattern(text)).toBeNull();
    }
  });

  test.each([
    ['with an escape in a name', valid.replace('Jane', 'Ja\\u006ee')],
    ['with a fraction', valid.replace('"state":{"long":0}', '"state":{"long":0.5}')],
    ['with a field twice', valid.replace('"state"', '"state":{"long":1},"state"')],
    ['with a field in another form', valid.replace('"agentID":{"long":9}', '"agentID":{"string":"9"}')],
    ['with an odd list', valid.replace('[2438730312,', '["a",')],
  ])('does not match an event that a pattern does not cover: %s', (_title, text) => {
    expect(text).not.toBe(valid);
    expect(learnPattern(text)?.tryRead(text, 0)).toBeNull();
  });
});

describe('patterns', () => {
  const text = fc.oneof(
    fc.constantFrom('Jane', 'a"b', 'c\\d', 'é☃', '', '}{', '-----BEGIN PGP x'),
    fc.string({ maxLength: 5 }),
  );
  const anyRecord: fc.Arbitrary<PlainRecord> = fc.record({
    session: fc.constantFrom('75555851-1', '75555851-2', '28045150-3', 'opaque'),
    events: fc.array(
      fc.record({
        agent: fc.integer({ min: 1, max: 4 }),
        type: fc.constantFrom(-1, 1, 3, 4),
        at: fc.integer({ min: 0, max: 5000 }),
        group: fc.integer({ min: -1, max: 3 }),
        profiles: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
        nickname: text,
        login: text,
      }),
      { minLength: 0, maxLength: 4 },
    ),
  });
  const anyDocument = fc.record({
    records: fc.array(anyRecord, { maxLength: 3 }),
    envelope: fc.constantFrom<Envelope>('documented', 'found'),
    account: fc.constantFrom('75555851', '75555851', '28045150', null),
    indent: fc.constantFrom(0, 0, 0, 2),
    oddity: fc.constantFrom<(json: string) => string>(
      (json) => json,
      (json) => json,
      (json) => json.replace('"state":{"long":0}', '"state":null'),
      (json) => json.replace(/"long":(\d)/, '"long":0$1'),
      (json) => json.replace('"state":{"long":0}', '"state":{"long":0.5}'),
      (json) => json.replace(/"array":\[([\d,]+)\]/, '"array":[$1,]'),
      (json) => json.replace('"agentID":{"long":2}', '"agentID":{"long":-0}'),
      (json) => json.replace('"agentID":{"long":2}', '"agentID":{"long":9007199254740993}'),
      (json) => json.replace('agentNickname', 'agentNickName'),
      (json) => json.replace('{"long":', '{ "long": '),
    ),
  });

  test.each([
    ['a leading zero', '"state":{"long":2}', '"state":{"long":02}'],
    ['a comma too many', '[5,6]', '[5,6,]'],
    ['a leading zero in a list', '[5,6]', '[5,06]'],
    ['no comma', '[5,6]', '[5 6]'],
    ['a line break in a name', 'Jane', 'Ja\nne'],
  ])('rejects with patterns what the parser rejects: %s', async (_title, valid, invalid) => {
    const good = JSON.stringify(
      createActivityDocument([{ events: [{ state: 2, profiles: [5, 6], nickname: 'Jane' }] }]),
    );
    const file = [good, good, good.replace(valid, invalid), good, good].join('\n');
    const content = await readChunked(file);
    expect([encodedEventsOf(content).length, content.flaws.malformed]).toEqual([4, 1]);
    expect(content).toEqual(await readChunked(file, { patterns: false }));
  });

  test('returns the same content with and without patterns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDocument, { maxLength: 12 }), async (documents) => {
        const file = documents
          .map(({ records, indent, oddity, ...of }) =>
            oddity(JSON.stringify(createActivityDocument(records, of), null, indent)),
          )
          .join('\n');
        const outcome = (options: object) => readChunked(file, options).catch((error: unknown) => String(error));
        const parsed = await outcome({ patterns: false });
        expect(await outcome({ learnAfterChars: 0 })).toEqual(parsed);
        expect(await outcome({ learnAfterChars: 900 })).toEqual(parsed);
      }),
      { numRuns: 200 },
    );
  });
});
