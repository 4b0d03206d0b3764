import { expect, test } from '@jest/globals';
import { readActivity } from './activity.ts';
import { createActivityDocument } from '../../../../test/support/liveperson-documents.ts';
import { recoverDocuments } from './recover-documents.ts';

const valid = JSON.stringify(createActivityDocument([{ events: [{}] }]));
const activity = readActivity(valid);

test('finds documents after a line of something else and after an incomplete document', () => {
  for (const broken of [
    '<html>',
    valid.slice(0, -9),
    valid.slice(0, valid.indexOf('CRAgent') + 3),
    '{"a":"\\',
    '}}{{',
  ]) {
    expect(recoverDocuments(`${broken}\n${valid}\n ${valid}`)).toEqual([activity, activity]);
  }
});

test('finds documents with braces, quotes and backslashes in strings', () => {
  const odd = JSON.stringify({ odd: '}"}\\', odder: '\\"{', ...createActivityDocument([{ events: [{}] }]) });
  expect(recoverDocuments(`}\n${odd}\n${odd} }`)).toEqual([activity, activity]);
});

test.each([
  ['plain', 'x'],
  ['escaped', '"'],
])('finds a document with a string of any length: %s', (_title, filling) => {
  const long = JSON.stringify({ padding: filling.repeat(2 ** 24), ...createActivityDocument([{ events: [{}] }]) });
  expect(recoverDocuments(`<html>\n${long}`)).toEqual([activity]);
});

test('stops scanning a text of only object starts at the scan limit', () => {
  const prototype = RegExp.prototype as { exec: (text: string) => RegExpExecArray | null };
  const { exec } = prototype;
  let steps = 0;
  prototype.exec = function (text) {
    steps += 1;
    // Without the limit it would take five billion steps.
    if (steps > 3_000_000) throw new Error('too many scan steps');
    return exec.call(this, text);
  };
  try {
    expect(recoverDocuments('{\n'.repeat(100_000))).toEqual([]);
  } finally {
    prototype.exec = exec;
  }
});
