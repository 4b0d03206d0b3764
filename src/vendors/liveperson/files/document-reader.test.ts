import { expect, test } from '@jest/globals';
import { createActivityDocument } from '../../../../test/support/liveperson-documents.ts';
import { type Activity, readActivity } from './activity.ts';
import { createDocumentReaders, type DocumentReaderOptions } from './document-reader.ts';

function documentAt(at: number) {
  return JSON.stringify(createActivityDocument([{ events: [{ at, nickname: 'Jürgen' }] }]));
}
function toLatin1(text: string) {
  return Buffer.from(text).toString('latin1');
}

function setUp(options: DocumentReaderOptions) {
  const added: Activity[] = [];
  const createReader = createDocumentReaders(options);
  const nextReader = () => createReader((activity) => added.push(activity));
  return { added, reader: nextReader(), nextReader };
}

test('reads a document of the form of an earlier one without a parser', () => {
  const { added, reader } = setUp({ patterns: true, learnAfterChars: 0 });
  const [first, second] = [toLatin1(documentAt(1)), toLatin1(documentAt(2))];
  expect(reader.tryRead(first, 0)).toBe(-1);
  expect(reader.read(first)).toBe(true);
  reader.learn();
  expect(reader.tryRead(`${first}${second}`, first.length)).toBe(first.length + second.length);
  expect(added).toEqual([readActivity(documentAt(1)), readActivity(documentAt(2))]);
});

test('reads a document of a form that an earlier file of the account had without a parser', () => {
  const { added, reader, nextReader } = setUp({ patterns: true, learnAfterChars: 0 });
  reader.read(toLatin1(documentAt(1)));
  reader.learn();
  const text = toLatin1(documentAt(2));
  expect(nextReader().tryRead(text, 0)).toBe(text.length);
  expect(added).toEqual([readActivity(documentAt(1)), readActivity(documentAt(2))]);
});

test('parses every document without patterns, and before 65,536 characters were parsed', () => {
  for (const options of [{ patterns: false, learnAfterChars: 0 }, { patterns: true }]) {
    const { added, reader } = setUp(options);
    const text = toLatin1(documentAt(1));
    expect(reader.read(text)).toBe(true);
    reader.learn();
    expect(reader.tryRead(text, 0)).toBe(-1);
    expect(added).toEqual([readActivity(documentAt(1))]);
  }
});

test('recovers the documents inside a text that is not a document', () => {
  const { added, reader } = setUp({ patterns: true });
  expect(reader.read(`noise\n${toLatin1(documentAt(1))}`)).toBe(false);
  expect(added).toEqual([readActivity(documentAt(1))]);
});
