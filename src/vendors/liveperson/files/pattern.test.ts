import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { activityDocument, type Envelope, type PlainRecord } from './documents.fixture.ts';
import { eventsOf, read } from './reading.fixture.ts';

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
    ['a zero in front', '"state":{"long":2}', '"state":{"long":02}'],
    ['a comma too many', '[5,6]', '[5,6,]'],
    ['a zero in front, in a list', '[5,6]', '[5,06]'],
    ['no comma', '[5,6]', '[5 6]'],
    ['a line break in a name', 'Jane', 'Ja\nne'],
  ])('take nothing that a parser refuses: %s', async (_title, sound, unsound) => {
    const good = JSON.stringify(activityDocument([{ events: [{ state: 2, profiles: [5, 6], nickname: 'Jane' }] }]));
    const file = [good, good, good.replace(sound, unsound), good, good].join('\n');
    const content = await read(file);
    expect([eventsOf(content).length, content.flaws.malformed]).toEqual([4, 1]);
    expect(content).toEqual(await read(file, { patterns: false }));
  });

  test('change nothing but the speed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDocument, { maxLength: 12 }), async (documents) => {
        const file = documents
          .map(({ records, indent, oddity, ...of }) =>
            oddity(JSON.stringify(activityDocument(records, of), null, indent)),
          )
          .join('\n');
        const outcome = (options: object) => read(file, options).catch((error: unknown) => String(error));
        const parsed = await outcome({ patterns: false });
        expect(await outcome({ patternsAfter: 0 })).toEqual(parsed);
        expect(await outcome({ patternsAfter: 900 })).toEqual(parsed);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
