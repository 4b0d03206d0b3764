import { describe, expect, test } from '@jest/globals';
import { readActivity } from '../activity.ts';
import { createActivityDocument } from '../../../../../test/support/liveperson-documents.ts';
import { createLearnedParser, type LearnedParser } from './learned-parser.ts';

/** A document whose form depends on the letter. */
const document = (form: string, at = 1) =>
  JSON.stringify({ [form]: 0, ...createActivityDocument([{ events: [{ at }] }]) });

function learn(parser: LearnedParser, text: string): void {
  const activity = readActivity(text);
  if (activity === null) throw new Error('No document');
  parser.learn(text, activity);
}

/** A parser that learns after this number of characters, and the documents that it has read. */
function setUp(learnAfterChars = 0) {
  const read: unknown[] = [];
  const parser = createLearnedParser(learnAfterChars, (activity) => read.push(activity));
  return {
    parser,
    read,
    learn: learn.bind(null, parser),
    tryParse: (text: string) => parser.tryParse(text, 0),
  };
}

test('reads a form from its second document on and adds each document once', () => {
  const { parser, read, learn } = setUp();
  const [first, second] = [document('a', 1), document('a', 2)];
  expect(parser.tryParse(first, 0)).toBe(-1);
  learn(first);
  expect(parser.tryParse(`${first}\n${second}\n`, first.length)).toBe(first.length + 1 + second.length);
  expect(read).toEqual([readActivity(second)]);
});

test('learns from the document that reaches learnAfterChars', () => {
  const text = document('a');
  const { learn, tryParse } = setUp(2 * text.length);
  learn(text);
  expect(tryParse(text)).toBe(-1);
  learn(text);
  expect(tryParse(text)).toBe(text.length);
});

test('keeps four forms and drops the oldest', () => {
  const { learn, tryParse } = setUp();
  const forms = ['a', 'b', 'c', 'd', 'e'];
  for (const form of forms) learn(document(form));
  expect(forms.map((form) => tryParse(document(form)) > 0)).toEqual([false, true, true, true, true]);
});

describe('limits of learning', () => {
  test('drops a pattern that does not read the example as the parser did', () => {
    const { parser, tryParse } = setUp();
    const activity = readActivity(document('a', 2));
    if (activity) parser.learn(document('a', 1), activity);
    expect(tryParse(document('a'))).toBe(-1);
  });

  test('stops learning after sixteen attempts, successful or not', () => {
    const escaped = JSON.stringify(createActivityDocument([{ events: [{ nickname: 'a"b' }] }]));
    for (const [attempts, learned] of [
      [15, true],
      [16, false],
    ] as const) {
      const { learn, tryParse } = setUp();
      for (let i = 0; i < attempts; i++) learn(escaped);
      learn(document('a'));
      expect(tryParse(document('a')) > 0).toBe(learned);
    }
  });

  test('learns nothing from a document of more than 2²⁰ characters', () => {
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
