import { describe, expect, test } from '@jest/globals';
import { readActivity } from '../activity.ts';
import { createActivityDocument } from '../../../../../test/support/liveperson-documents.ts';
import { createLearnedParser, type LearnedParser } from './learned-parser.ts';

/** Documents of one form, which differs from that of other letters. */
const document = (form: string, at = 1) =>
  JSON.stringify({ [form]: 0, ...createActivityDocument([{ events: [{ at }] }]) });

function learn(parser: LearnedParser, text: string): void {
  const activity = readActivity(text);
  if (activity === null) throw new Error('No document');
  parser.learn(text, activity);
}

/** A skimmer that learns from the start, and what it has read. */
function setUp(after = 0) {
  const read: unknown[] = [];
  const parser = createLearnedParser(after, (activity) => read.push(activity));
  return {
    skimmer: parser,
    read,
    learn: learn.bind(null, parser),
    tryParse: (text: string) => parser.tryParse(text, 0),
  };
}

test('a form is read from the second document on, and what it tells is added once', () => {
  const { skimmer: parser, read, learn } = setUp();
  const [first, second] = [document('a', 1), document('a', 2)];
  expect(parser.tryParse(first, 0)).toBe(-1);
  learn(first);
  expect(parser.tryParse(`${first}\n${second}\n`, first.length)).toBe(first.length + 1 + second.length);
  expect(read).toEqual([readActivity(second)]);
});

test('forms are learned from the document on with which so many characters were parsed', () => {
  const text = document('a');
  const { learn, tryParse } = setUp(2 * text.length);
  learn(text);
  expect(tryParse(text)).toBe(-1);
  learn(text);
  expect(tryParse(text)).toBe(text.length);
});

test('four forms are known at a time, the oldest is forgotten', () => {
  const { learn, tryParse } = setUp();
  const forms = ['a', 'b', 'c', 'd', 'e'];
  for (const form of forms) learn(document(form));
  expect(forms.map((form) => tryParse(document(form)) > 0)).toEqual([false, true, true, true, true]);
});

describe('nothing is learned', () => {
  test('where the pattern does not read what the parser read', () => {
    const { skimmer: parser, tryParse } = setUp();
    const activity = readActivity(document('a', 2));
    if (activity) parser.learn(document('a', 1), activity);
    expect(tryParse(document('a'))).toBe(-1);
  });

  test('after sixteen lessons, whatever came of them', () => {
    const escaped = JSON.stringify(createActivityDocument([{ events: [{ nickname: 'a"b' }] }]));
    for (const [lessons, learned] of [
      [15, true],
      [16, false],
    ] as const) {
      const { learn, tryParse } = setUp();
      for (let i = 0; i < lessons; i++) learn(escaped);
      learn(document('a'));
      expect(tryParse(document('a')) > 0).toBe(learned);
    }
  });

  test('from a document of more than 2²⁰ characters', () => {
    const padded = (padding: string) => JSON.stringify({ padding, ...createActivityDocument([{ events: [{}] }]) });
    const sized = (length: number) => padded('a'.repeat(length - padded('').length));
    for (const [length, learned] of [
      [2 ** 20, true],
      [2 ** 20 + 1, false],
    ] as const) {
      const { learn, tryParse } = setUp();
      const text = sized(length);
      expect(text).toHaveLength(length);
      learn(text);
      expect(tryParse(text) > 0).toBe(learned);
    }
  });
});
