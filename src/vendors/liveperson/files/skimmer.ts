import { isDeepStrictEqual } from 'node:util';
import type { Activity } from './activity.ts';
import { type Pattern, patternOf } from './pattern.ts';
import type { Skim } from './splitter.ts';

/** Reads documents by the patterns of those before them, some times as fast as a parser. */
export interface Skimmer {
  /** Reads a document where it begins, if it has a form that was learned. */
  readonly skim: Skim;
  /** Learns the form of a document (bytes as text) from what a parser found in it. */
  readonly learn: (text: string, activity: Activity) => void;
}

/** Files have a form or two. */
const MOST_PATTERNS = 4;

/** A file of ever new forms is not worth learning from for ever. */
const MOST_LESSONS = 16;

/** Nor is one of giant documents. Characters. */
const LONGEST_LESSON = 1024 * 1024;

/** `after`: learns from what comes after so many characters; in a short file a pattern is not worth its making. */
export function createSkimmer(after: number, add: (activity: Activity) => void): Skimmer {
  let patterns: readonly Pattern[] = [];
  let passed = 0;
  let lessons = 0;

  return {
    skim: (text, begin) => {
      for (const pattern of patterns) {
        const found = pattern.read(text, begin);
        if (found === null) continue;
        add(found.activity);
        return found.end;
      }
      return -1;
    },
    learn: (text, activity) => {
      passed += text.length;
      if (passed < after || lessons >= MOST_LESSONS || text.length > LONGEST_LESSON) return;
      lessons += 1;
      const pattern = patternOf(text);
      const again = pattern?.read(text, 0);
      // The proof that the pattern reads as the parser does: keys and places are the same in all that it matches.
      if (pattern && again?.end === text.length && isDeepStrictEqual(again.activity, activity)) {
        patterns = [pattern, ...patterns].slice(0, MOST_PATTERNS);
      }
    },
  };
}
