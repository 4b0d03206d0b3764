/**
 * Makes texts comparable without regard to case and accents: "Sofía" and "SOFIA" fold to the same text. Upper case, because it
 * does not depend on the neighbouring characters, so that a part of a text folds to a part of the folded text.
 */
export function foldText(text: string): string {
  return text.normalize('NFD').replaceAll(COMBINING_MARKS, '').toUpperCase();
}

/** The accents of Latin, Greek and Cyrillic letters. Marks of other scripts are vowels, which distinguish names. */
const COMBINING_MARKS = /[\u0300-\u036F]+/gu;
