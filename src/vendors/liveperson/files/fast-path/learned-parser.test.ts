import { describe, expect, test } from '@jest/globals';
import { createActivityDocument } from '../../../../../test/support/liveperson-documents.ts';
import { readActivity } from '../activity.ts';
import { createLearnedParser, type LearnedParser } from './learned-parser.ts';

/** A document whose form depends on the letter. */
function document(form: string, at = 1) {
  return JSON.stringify({ [form]: 0, ...createActivityDocument([{ events: [{ at }] }]) });
}

function learnText(parser: LearnedParser, text: string): void {
  const activity = readActivity(text);
  if (activity === null) throw new Error('No document');
  parser.learn(text, activity);
}

/** A parser that learns after each so many characters. */
function setUp(learnAfterChars = 0) {
  const parser = createLearnedParser(learnAfterChars);
  return {
    parser,
    learn: learnText.bind(null, parser),
    canParse: (text: string) => parser.tryParse(text, 0)?.end === text.length,
  };
}

test('reads a form from its second document on', () => {
  const { parser, learn } = setUp();
  const [first, second] = [document('a', 1), document('a', 2)];
  expect(parser.tryParse(first, 0)).toBeNull();
  learn(first);
  expect(parser.tryParse(`${first}\n${second}\n`, first.length)).toEqual({
    activity: readActivity(second),
    end: first.length + 1 + second.length,
  });
});

test('learns from one document for each learnAfterChars', () => {
  const [a, b] = [document('a'), document('b')];
  const { learn, canParse } = setUp(2 * a.length);
  learn(a);
  expect(canParse(a)).toBe(false);
  learn(a);
  expect(canParse(a)).toBe(true);
  learn(b);
  expect(canParse(b)).toBe(false);
  learn(b);
  expect(canParse(b)).toBe(true);
});

test('counts an attempt that learned nothing', () => {
  const escaped = JSON.stringify(createActivityDocument([{ events: [{ nickname: 'a"b' }] }]));
  const a = document('a');
  const { learn, canParse } = setUp(escaped.length);
  learn(escaped);
  learn(a);
  expect(canParse(a)).toBe(false);
});

test('keeps sixteen forms and drops the one that was not read for the longest time', () => {
  const { learn, canParse } = setUp();
  const forms = Array.from({ length: 16 }, (_, index) => document(`form ${index}`));
  forms.forEach(learn);
  expect(forms.every(canParse)).toBe(true);
  // They were read in their order; reading the first again makes the second the oldest.
  expect(canParse(document('form 0'))).toBe(true);
  learn(document('form 16'));
  expect([0, 1, 2, 16].map((form) => canParse(document(`form ${form}`)))).toEqual([true, false, true, true]);
});

describe('limits of learning', () => {
  test('drops a pattern that does not read the example as the parser did', () => {
    const { parser, canParse } = setUp();
    const activity = readActivity(document('a', 2));
    if (activity) parser.learn(document('a', 1), activity);
    expect(canParse(document('a'))).toBe(false);
  });

  test('learns nothing from a document of more than 2¹⁷ characters', () => {
    const padded = (padding: string) => JSON.stringify({ padding, ...createActivityDocument([{ events: [{}] }]) });
    const sized = (length: number) => padded('a'.repeat(length - padded('').length));
    for (const [length, learned] of [
      [2 ** 17, true],
      [2 ** 17 + 1, false],
    ] as const) {
      const { learn, canParse } = setUp();
      const text = sized(length);
      expect(text).toHaveLength(length);
      learn(text);
      expect(canParse(text)).toBe(learned);
    }
  });
});
