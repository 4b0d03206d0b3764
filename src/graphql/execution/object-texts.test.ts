import { expect, test } from '@jest/globals';
import { ObjectTexts } from './object-texts.ts';
import { Seen } from './seen.ts';

/** An object that an earlier query returned, too. */
function seenObject(): object {
  const object = {};
  Seen.mark(object);
  return object;
}

/** The texts of a shape that an earlier execution had, too. */
function textsOfKnownShape(objectTexts: ObjectTexts, shape: string) {
  objectTexts.textsOf(shape);
  const texts = objectTexts.textsOf(shape);
  if (!texts) throw new Error('no texts are kept');
  return texts;
}

test('keeps texts from the second execution with a shape on', () => {
  const objectTexts = new ObjectTexts(10_000);
  expect(objectTexts.textsOf('Agent id name')).toBeNull();
  const texts = objectTexts.textsOf('Agent id name');
  expect(texts).not.toBeNull();
  expect(objectTexts.textsOf('Agent id name')).toBe(texts);
  expect(objectTexts.textsOf('Agent id')).toBeNull();
});

test('keeps the text of each object', () => {
  const objectTexts = new ObjectTexts(10_000);
  const texts = textsOfKnownShape(objectTexts, 'Agent id name');
  const [first, second] = [seenObject(), seenObject()];
  objectTexts.add(texts, first, '"id":1');
  objectTexts.add(texts, second, '"id":2');
  expect([first, second, {}].map((object) => texts.get(object))).toEqual(['"id":1', '"id":2', undefined]);
});

test('keeps no text of an object that it sees for the first time', () => {
  const objectTexts = new ObjectTexts(10_000);
  const texts = textsOfKnownShape(objectTexts, 'Agent id name');
  const object = {};
  objectTexts.add(texts, object, '"id":1');
  expect(texts.get(object)).toBeUndefined();
  objectTexts.add(texts, object, '"id":1');
  expect(texts.get(object)).toBe('"id":1');
});

test('forgets all texts where they become too many', () => {
  const objectTexts = new ObjectTexts(1000);
  const texts = textsOfKnownShape(objectTexts, 'Agent id name');
  objectTexts.add(texts, seenObject(), 'x'.repeat(500));
  expect(objectTexts.textsOf('Agent id name')).toBe(texts);
  objectTexts.add(texts, seenObject(), 'x'.repeat(500));
  expect(textsOfKnownShape(objectTexts, 'Agent id name')).not.toBe(texts);
});

test('counts more than the characters: endless short texts are forgotten, too', () => {
  const objectTexts = new ObjectTexts(1000);
  const texts = textsOfKnownShape(objectTexts, 'Agent id name');
  for (let nth = 0; nth < 100; nth++) objectTexts.add(texts, seenObject(), '');
  expect(textsOfKnownShape(objectTexts, 'Agent id name')).not.toBe(texts);
});

test('endless new shapes are forgotten', () => {
  const objectTexts = new ObjectTexts(10_000);
  const texts = textsOfKnownShape(objectTexts, 'Agent id name');
  for (let nth = 0; nth < 2000; nth++) objectTexts.textsOf(`Agent a${nth}:id name`);
  expect(textsOfKnownShape(objectTexts, 'Agent id name')).not.toBe(texts);
});

test('with a maximum of 0, no text is kept', () => {
  const objectTexts = new ObjectTexts(0);
  objectTexts.textsOf('Agent id name');
  expect(objectTexts.textsOf('Agent id name')).toBeNull();
});
