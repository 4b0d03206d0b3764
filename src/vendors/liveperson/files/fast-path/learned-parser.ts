import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../activity.ts';
import { type DocumentPattern, learnPattern } from './document-pattern.ts';
import type { TryParse } from '../splitter.ts';

/** Reads documents by the patterns of those before them, some times as fast as a parser. */
export interface LearnedParser {
  /** Reads a document where it begins, if it has a form that was learned. */
  readonly tryParse: TryParse;
  /** Learns the form of a document (bytes as text) from what a parser found in it. */
  readonly learn: (text: string, activity: Activity) => void;
}

/** Files have a form or two. */
const MAX_PATTERNS = 4;

/** A file of ever new forms is not worth learning from for ever. */
const MAX_LEARN_ATTEMPTS = 16;

/** Nor is one of giant documents. Characters. */
const MAX_LEARN_DOCUMENT_CHARS = 1024 * 1024;

/** `after`: learns from what comes after so many characters; in a short file a pattern is not worth its making. */
export function createLearnedParser(learnAfterChars: number, add: (activity: Activity) => void): LearnedParser {
  let patterns: readonly DocumentPattern[] = [];
  let parsedChars = 0;
  let attempts = 0;

  return {
    tryParse: (text, start) => {
      for (const pattern of patterns) {
        const result = pattern.tryRead(text, start);
        if (result === null) continue;
        add(result.activity);
        return result.end;
      }
      return -1;
    },
    learn: (text, activity) => {
      parsedChars += text.length;
      if (parsedChars < learnAfterChars || attempts >= MAX_LEARN_ATTEMPTS || text.length > MAX_LEARN_DOCUMENT_CHARS)
        return;
      attempts += 1;
      const pattern = learnPattern(text);
      const reread = pattern?.tryRead(text, 0);
      // The proof that the pattern reads as the parser does: keys and places are the same in all that it matches.
      if (pattern && reread?.end === text.length && isDeepStrictEqual(reread.activity, activity)) {
        patterns = [pattern, ...patterns].slice(0, MAX_PATTERNS);
      }
    },
  };
}
