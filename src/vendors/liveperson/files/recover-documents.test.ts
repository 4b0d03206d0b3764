import { expect, test } from '@jest/globals';
import { readActivity } from './activity.ts';
import { createActivityDocument } from '../../../../test/support/liveperson-documents.ts';
import { recoverDocuments } from './recover-documents.ts';

const valid = JSON.stringify(createActivityDocument([{ events: [{}] }]));
const activity = readActivity(valid);

test('documents are found behind a line of something else, and behind one that breaks off', () => {
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

test('braces, quotes and backslashes in their strings do not end them', () => {
  const odd = JSON.stringify({ odd: '}"}\\', odder: '\\"{', ...createActivityDocument([{ events: [{}] }]) });
  expect(recoverDocuments(`}\n${odd}\n${odd} }`)).toEqual([activity, activity]);
});

test.each([
  ['plain', 'x'],
  ['escaped', '"'],
])('their strings may be of any length: %s', (_title, filling) => {
  const long = JSON.stringify({ padding: filling.repeat(2 ** 24), ...createActivityDocument([{ events: [{}] }]) });
  expect(recoverDocuments(`<html>\n${long}`)).toEqual([activity]);
});

test('a piece of nothing but beginnings is given up, instead of looking for the end of each', () => {
  const prototype = RegExp.prototype as { exec: (text: string) => RegExpExecArray | null };
  const { exec } = prototype;
  let looks = 0;
  prototype.exec = function (text) {
    looks += 1;
    // All of them would be looked at five billion times.
    if (looks > 3_000_000) throw new Error('too many looks');
    return exec.call(this, text);
  };
  try {
    expect(recoverDocuments('{\n'.repeat(100_000))).toEqual([]);
  } finally {
    prototype.exec = exec;
  }
});
