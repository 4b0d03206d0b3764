import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1ToUtf8 } from './latin1.ts';
import { createSplitter, DocumentTooLargeError } from './splitter.ts';

/** Splits a text that arrives in chunks of these lengths; the last chunk is the rest. */
function split(text: string | Buffer, lengths: readonly number[] = []): string[] {
  const bytes = Buffer.from(text as string);
  const splitter = createSplitter();
  const documents: string[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    documents.push(...splitter.push(bytes.subarray(at, at + length)));
    at += length;
  }
  return [...documents, ...splitter.end()].map((document) => latin1ToUtf8(document).trim());
}

function oneByteChunks(text: string) {
  return Array<number>(Buffer.byteLength(text)).fill(1);
}

describe('documents', () => {
  test.each([
    ['one', '{"a":1}', 1],
    ['one a line', '{"a":1}\n{"b":2}\n', 2],
    ['one a line, with CRLF', '{"a":1}\r\n{"b":2}\r\n', 2],
    ['without a separator', '{"a":1}{"b":2}{"c":3}', 3],
    ['with a space between', '{"a":1} {"b":2}\t{"c":3}', 3],
    ['over many lines, not indented', '{\n"a":\n[\n{\n"b":1\n},\n{\n"c":2\n}\n]\n}\n{\n"a":[]\n}\n', 2],
    ['over many lines, indented', '{\n  "a": {\n    "b": 1\n  }\n}\n\n  {\n  "a": 2\n}', 2],
    ['with blank lines before, between and after', '\n\n {"a":1}\n\n\n{"b":2}\n\n', 2],
    ['with a byte order mark', '\uFEFF{"a":1}\n\uFEFF{"b":2}', 2],
    ['separated only by a byte order mark', '{"a":1}\uFEFF{"b":2}', 2],
    ['with braces in strings', '{"a":"}{"}{"b":"} {"}\n{"c":"}\\n{"}', 3],
    ['with escapes in strings', '{"a":"\\\\"}{"b":"\\"}{"}{"c":"\\\\\\"}{"}', 3],
    ['with other alphabets', '{"ü":"☃"}{"b":"💥}{"}\n{"c":"é"}', 3],
    ['that are empty', '{}{}\n{}', 3],
    ['no documents', '', 0],
    ['only space', ' \r\n\t\uFEFF ', 0],
  ])('splits documents: %s', (_title, text, count) => {
    const documents = split(text);
    expect(documents).toHaveLength(count);
    for (const document of documents) JSON.parse(document);
    expect(split(text, oneByteChunks(text))).toEqual(documents);
  });

  test('splits the same documents in any layout and with any chunks', () => {
    const gap = fc.constantFrom('', ' ', '\n', '\r\n', '\n\n\t', '\uFEFF', '\n\uFEFF', ' \n ');
    const nasty = fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', '\n', ' ', 'a', '☃', '\uFEFF', '}{') });
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 3 }, nasty, fc.integer(), fc.constant(null), tie('list'), tie('record')),
      list: fc.array(tie('any'), { maxLength: 4 }),
      record: fc.dictionary(nasty, tie('any'), { maxKeys: 4 }),
    })).record;
    const document = fc.tuple(value, fc.constantFrom(undefined, 1, 2, '\t'), gap);
    fc.assert(
      fc.property(
        gap,
        fc.array(document, { maxLength: 8 }),
        fc.array(fc.integer({ min: 0, max: 40 })),
        (first, all, cuts) => {
          const texts = all.map(([content, indent]) => JSON.stringify(content, null, indent));
          const whole = first + all.map(([, , between], index) => `${texts[index] ?? ''}${between}`).join('');
          expect(split(whole, cuts).map((text) => text.replace(/\uFEFF$/, '').trim())).toEqual(texts);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('space', () => {
  const piece = 128 * 1024;
  /** Shortens documents whose texts would fill a report. */
  const summarize = (documents: readonly string[]) => documents.map((text) => [text.slice(0, 10), text.length]);

  test.each([
    ['blanks', ' ', [8, 8, 8]],
    ['line breaks', '\n', [8, 8, 8]],
    ['byte order marks', '\uFEFF', [8, 60, 8]],
  ])('skips megabytes of space between documents: %s', (_title, space, lengths) => {
    const [before, between, behind] = lengths.map((pieces) =>
      Buffer.from(space.repeat((pieces * piece) / Buffer.byteLength(space))),
    );
    const parts = [before, '{"a":1}', between, '{"b":2}', behind].map((part) => Buffer.from((part ?? '') as string));
    const documents = split(Buffer.concat(parts), Array<number>(80).fill(piece));
    expect(summarize(documents)).toEqual(summarize(['{"a":1}', '{"b":2}']));
  });

  test('keeps space inside a document', () => {
    const inside = `{"a":{}${' '.repeat(3 * piece)},"b":"}${' '.repeat(3 * piece)}{"}`;
    const documents = split(`${inside}{"c":3}`, Array<number>(6).fill(piece));
    expect(summarize(documents)).toEqual(summarize([inside, '{"c":3}']));
  });

  test('searches space after a brace once, and the document before it', () => {
    let calls = 0;
    const splitter = createSplitter(() => {
      calls += 1;
      return -1;
    });
    const space = Buffer.alloc(piece, ' ');
    for (const bytes of [Buffer.from('{"a":{}'), ...Array<Buffer>(60).fill(space)]) Array.from(splitter.push(bytes));
    // At the brace and at each of the four chunks up to 2¹⁹ characters; with each growth by an eighth it would be thirty times.
    expect(calls).toBe(5);
    expect(summarize([...splitter.end()])).toEqual(summarize(['{"a":{}']));
  });
});

describe('damaged documents', () => {
  test('loses only the damaged document when the next begins on a new line', () => {
    expect(split('{"a":1}\n{"b":{"c":1}\n{"d":4}\n')).toEqual(['{"a":1}', '{"b":{"c":1}', '{"d":4}']);
    expect(split('{"a":"open}\n{"b":2}\n{"c":3}')).toEqual(['{"a":"open}', '{"b":2}', '{"c":3}']);
  });

  test('returns a damaged last document as the rest', () => {
    expect(split('{"a":1}\n{"b":')).toEqual(['{"a":1}', '{"b":']);
    expect(split('<!DOCTYPE html><p>{"a":1}</p>')).toEqual(['<!DOCTYPE html><p>{"a":1}</p>']);
  });

  test('throws for a document without an end beyond the maximum length', () => {
    const splitter = createSplitter();
    const filler = Buffer.alloc(1024 * 1024, 'a');
    const fill = (mib: number) => {
      for (let i = 0; i < mib; i++) Array.from(splitter.push(filler));
    };
    fill(8);
    expect(() => {
      fill(2);
    }).toThrow(DocumentTooLargeError);
  });
});

describe('tryRead', () => {
  test('passes each document to tryRead once and yields only the others', () => {
    const taken: string[] = [];
    const splitter = createSplitter((text, begin) => {
      const pattern = /\{"n":\d+\}/y;
      pattern.lastIndex = begin;
      const [document] = pattern.exec(text) ?? [];
      if (document === undefined) return -1;
      taken.push(document);
      return begin + document.length;
    });
    const text = '{"n":1}\n{"x":{}}{"n":2}{"n":3} {"y":2}\n{"n":4}';
    const left = Array.from(text).flatMap((byte) => [...splitter.push(Buffer.from(byte))]);
    expect([...left, ...splitter.end()]).toEqual(['{"x":{}}', '{"y":2}']);
    expect(taken).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']);
  });

  test('calls tryRead for a long document only after enough growth', () => {
    let calls = 0;
    const splitter = createSplitter(() => {
      calls += 1;
      return -1;
    });
    const document = `{"a":"${'x'.repeat(100_000)}"}`;
    const pieces = document.match(/.{1,10}/g) ?? [];
    expect(pieces.flatMap((piece) => [...splitter.push(Buffer.from(piece))])).toEqual([]);
    expect([...splitter.end()]).toEqual([document]);
    // As often as it grows by an eighth, from ten characters to a hundred thousand: log(10⁴) / log(9/8) = 78.
    expect(calls).toBeLessThan(100);
  });
});
