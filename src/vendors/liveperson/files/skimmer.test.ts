import { describe, expect, test } from '@jest/globals';
import { readActivity } from './activity.ts';
import { activityDocument } from './documents.fixture.ts';
import { createSkimmer, type Skimmer } from './skimmer.ts';

/** Documents of one form, which differs from that of other letters. */
const document = (form: string, at = 1) => JSON.stringify({ [form]: 0, ...activityDocument([{ events: [{ at }] }]) });

function learn(skimmer: Skimmer, text: string): void {
  const activity = readActivity(text);
  if (activity === null) throw new Error('No document');
  skimmer.learn(text, activity);
}

/** A skimmer that learns from the start, and what it has read. */
function setUp(after = 0) {
  const read: unknown[] = [];
  const skimmer = createSkimmer(after, (activity) => read.push(activity));
  return { skimmer, read, learn: learn.bind(null, skimmer), skim: (text: string) => skimmer.skim(text, 0) };
}

test('a form is read from the second document on, and what it tells is added once', () => {
  const { skimmer, read, learn } = setUp();
  const [first, second] = [document('a', 1), document('a', 2)];
  expect(skimmer.skim(first, 0)).toBe(-1);
  learn(first);
  expect(skimmer.skim(`${first}\n${second}\n`, first.length)).toBe(first.length + 1 + second.length);
  expect(read).toEqual([readActivity(second)]);
});

test('forms are learned from the document on with which so many characters were parsed', () => {
  const text = document('a');
  const { learn, skim } = setUp(2 * text.length);
  learn(text);
  expect(skim(text)).toBe(-1);
  learn(text);
  expect(skim(text)).toBe(text.length);
});

test('four forms are known at a time, the oldest is forgotten', () => {
  const { learn, skim } = setUp();
  const forms = ['a', 'b', 'c', 'd', 'e'];
  for (const form of forms) learn(document(form));
  expect(forms.map((form) => skim(document(form)) > 0)).toEqual([false, true, true, true, true]);
});

describe('nothing is learned', () => {
  test('where the pattern does not read what the parser read', () => {
    const { skimmer, skim } = setUp();
    const activity = readActivity(document('a', 2));
    if (activity) skimmer.learn(document('a', 1), activity);
    expect(skim(document('a'))).toBe(-1);
  });

  test('after sixteen lessons, whatever came of them', () => {
    const escaped = JSON.stringify(activityDocument([{ events: [{ nickname: 'a"b' }] }]));
    for (const [lessons, learned] of [
      [15, true],
      [16, false],
    ] as const) {
      const { learn, skim } = setUp();
      for (let i = 0; i < lessons; i++) learn(escaped);
      learn(document('a'));
      expect(skim(document('a')) > 0).toBe(learned);
    }
  });

  test('from a document of more than 2²⁰ characters', () => {
    const padded = (padding: string) => JSON.stringify({ padding, ...activityDocument([{ events: [{}] }]) });
    const sized = (length: number) => padded('a'.repeat(length - padded('').length));
    for (const [length, learned] of [
      [2 ** 20, true],
      [2 ** 20 + 1, false],
    ] as const) {
      const { learn, skim } = setUp();
      const text = sized(length);
      expect(text).toHaveLength(length);
      learn(text);
      expect(skim(text) > 0).toBe(learned);
    }
  });
});
