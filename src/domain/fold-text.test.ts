// cspell:ignore Škvorecký skvorecky Straße STRASSE Νίκος ΝΙΚΟΣ
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldText } from './fold-text.ts';

test.each([
  ['Sofía', 'sofia'],
  ['Sofi\u0301a', 'SOFÍA'],
  ['Zoë Škvorecký', 'zoe skvorecky'],
  ['Straße', 'STRASSE'],
  ['Νίκος', 'ΝΙΚΟΣ'],
])('foldText folds %s and %s to the same text', (left, right) => {
  expect(foldText(left)).toBe(foldText(right));
});

test.each([
  ['Jane', 'Jana'],
  ['कि', 'का'],
])('foldText distinguishes %s and %s', (left, right) => {
  expect(foldText(left)).not.toBe(foldText(right));
});

const text = fc.array(
  fc.oneof(fc.constantFrom('é', 'e\u0301', 'Σ', 'ς', 'ß', 'İ', 'Å', '한', ' '), fc.string({ unit: 'grapheme' })),
);

test('foldText folds every part of a text to a part of the folded text', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(), (parts, from, length) => {
      expect(foldText(parts.join(''))).toContain(foldText(parts.slice(from % 9, (from % 9) + (length % 9)).join('')));
    }),
  );
});

test('foldText folds a text with and without accents, in any normal form, to the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('NFC', 'NFD'), (name, form) => {
      expect(foldText(name.normalize(form))).toBe(foldText(name));
      expect(foldText(name.normalize('NFD').replaceAll(/[\u0300-\u036F]/gu, ''))).toBe(foldText(name));
    }),
  );
});
