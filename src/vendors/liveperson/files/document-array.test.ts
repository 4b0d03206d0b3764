import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createActivityDocument,
  type Envelope,
  type PlainRecord,
} from '../../../../test/support/liveperson-documents.ts';
import { encodedEventsOf, readChunked, toJsonLines } from '../../../../test/support/liveperson-read-file.ts';
import { latin1ToUtf8 } from './latin1.ts';
import { createSplitter } from './splitter.ts';

/** Splits a text that arrives in chunks of these lengths; the last chunk is the rest. */
function split(text: string, lengths: readonly number[] = []): string[] {
  const bytes = Buffer.from(text);
  const splitter = createSplitter();
  const documents: string[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    documents.push(...splitter.push(bytes.subarray(at, at + length)));
    at += length;
  }
  return [...documents, ...splitter.end()].map(latin1ToUtf8);
}

function oneByteChunks(text: string) {
  return Array<number>(Buffer.byteLength(text)).fill(1);
}

describe('arrays', () => {
  test.each([
    ['of one document', '[{"a":1}]', 1],
    ['without space', '[{"a":1},{"b":2},{"c":[{},{}]}]', 3],
    ['one document a line', '[\n{"a":1},\r\n{"b":2}\n]\n', 2],
    ['over many lines', '[\n  {\n    "a": [\n      {},\n      {}\n    ]\n  },\n  {\n    "b": 2\n  }\n]', 2],
    ['with a byte order mark', '\uFEFF[{"a":1}]\uFEFF', 1],
    ['with brackets and quotes in strings', '[{"a":"},{]"},{"b\\"}":"\\\\"},{"c":"\\\\\\"]"}]', 3],
    ['that are empty', '[]', 0],
    ['of empty documents', '[{},{}]', 2],
    ['one after another, and then a document', '[{"a":1}]\n[{"b":2}] {"c":3}', 3],
  ])('splits documents of arrays %s', (_title, text, count) => {
    const documents = split(text);
    expect(documents).toHaveLength(count);
    for (const document of documents) JSON.parse(document);
    expect(split(text, oneByteChunks(text))).toEqual(documents);
  });

  test('splits the same documents in any layout and with any chunks', () => {
    const nasty = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ',', '"', '\\', '\n', ' ', 'a', '☃', '},{') });
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 3 }, nasty, fc.integer(), fc.constant(null), tie('list'), tie('record')),
      list: fc.array(tie('any'), { maxLength: 4 }),
      record: fc.dictionary(fc.oneof(nasty, fc.constant('dataType')), tie('any'), { maxKeys: 4 }),
    })).record;
    const gap = fc.constantFrom('', ' ', '\n', '\r\n', '\n\n\t', ' \n ');
    const document = fc.tuple(value, fc.constantFrom(undefined, 1, 2, '\t'), gap, gap);
    fc.assert(
      fc.property(fc.array(document, { maxLength: 8 }), fc.array(fc.integer({ min: 0, max: 40 })), (all, cuts) => {
        const texts = all.map(([content, indent]) => JSON.stringify(content, null, indent));
        const items = all.map(([, , before, behind], index) => `${before}${texts[index] ?? ''}${behind}`);
        expect(split(`[${items.join(',')}]`, cuts)).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });
});

describe('files', () => {
  const record: fc.Arbitrary<PlainRecord> = fc.record({
    session: fc.nat({ max: 5 }).map((number) => `75555851-${number}`),
    events: fc.array(
      fc.record({
        agent: fc.nat({ max: 3 }),
        at: fc.nat({ max: 2 ** 40 }),
        nickname: fc.constantFrom('}', '☃', 'a,b'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  const document = fc
    .tuple(fc.array(record, { maxLength: 3 }), fc.constantFrom<Envelope>('documented', 'found'))
    .map(([records, envelope]) => createActivityDocument(records, { envelope }));
  const layouts: readonly ((documents: readonly unknown[]) => string)[] = [
    (documents) => JSON.stringify(documents),
    (documents) => JSON.stringify(documents, null, 2),
    (documents) => `[\n${documents.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`,
    (documents) => `\uFEFF [ ${documents.map((item) => JSON.stringify(item, null, 1)).join('\r\n,')} ]`,
  ];

  test('reads an array as it reads concatenated documents, in both envelopes, in any layout and with any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { maxLength: 8 }),
        fc.constantFrom(...layouts),
        fc.integer({ min: 1, max: 700 }),
        fc.boolean(),
        async (documents, layout, chunkLength, patterns) => {
          const expected = await readChunked(`${toJsonLines(...documents)}\n`);
          expect(await readChunked(layout(documents), { chunkLength, patterns })).toEqual(expected);
        },
      ),
    );
  });

  test('reads an array that is longer than a document may be', async () => {
    const event = { nickname: 'x'.repeat(1000) };
    const documents = Array<unknown>(1000).fill(createActivityDocument([{ events: Array(8).fill(event) }]));
    const file = JSON.stringify(documents);
    expect(file.length).toBeGreaterThan(8 * 1024 * 1024);
    const content = await readChunked(file, { chunkLength: 2 ** 16 });
    expect([encodedEventsOf(content).length, content.flaws]).toEqual([
      8000,
      { damage: null, foreign: 0, malformed: 0 },
    ]);
  });
});

describe('damage', () => {
  const good = JSON.stringify(createActivityDocument([{ events: [{}] }]));
  const pretty = JSON.stringify(createActivityDocument([{ events: [{}] }]), null, 2);
  const summarize = async (file: string) => {
    const results = [];
    for (const chunkLength of [5, 700, 1e6]) {
      const content = await readChunked(file, { chunkLength });
      results.push([encodedEventsOf(content).length, content.flaws.malformed, content.flaws.damage]);
    }
    for (const result of results) expect(result).toEqual(results[0]);
    return results[0];
  };

  test.each([
    ['at its end', good.slice(0, -1)],
    ['inside a list', good.slice(0, good.indexOf('}}}', good.indexOf('agentSessionsData')))],
    ['before a value', good.slice(0, good.indexOf(':{"long":9}') + 1)],
    ['inside its first key', good.slice(0, 4)],
    ['in pretty print', pretty.slice(0, pretty.indexOf('"agentNickname"'))],
  ])('loses only the document that is cut %s', async (_title, cut) => {
    expect(await summarize(`[${good},\n${cut},\n${good},\n${pretty}]`)).toEqual([3, 1, null]);
  });

  test('loses only two adjacent documents that are cut', async () => {
    const cut = `${good.slice(0, -9)},\n${good.slice(0, -99)}`;
    expect(await summarize(`[${good},\n${cut},\n${good},\n${pretty}]`)).toEqual([3, 2, null]);
  });

  test('loses only a document that is cut inside a string before a line break', async () => {
    const cut = good.slice(0, good.indexOf('CRAgent') + 3);
    expect(await summarize(`[${good},\n${cut},\n${good},\n${good}]`)).toEqual([3, 1, null]);
  });

  test('skips and counts a document with a wrong value and items that are not documents', async () => {
    const wrong = good.replace('null', 'nil');
    expect(await summarize(`[${good},${wrong},${good},null,${good},"]",5]`)).toEqual([3, 3, 'malformed']);
  });

  test('reports an array that is cut, also between documents', async () => {
    expect(await summarize(`[${good},${good}`)).toEqual([2, 0, 'malformed']);
    expect(await summarize(`[${good},${good},`)).toEqual([2, 0, 'malformed']);
    expect(await summarize(`[${good},${good.slice(0, -9)}`)).toEqual([1, 0, 'malformed']);
  });

  test('rejects an array without documents', async () => {
    await expect(readChunked('[5]')).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'file_malformed' });
    await expect(readChunked('[')).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'file_malformed' });
  });
});
