import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../activity.ts';
import { type DocumentPattern, learnPattern } from './document-pattern.ts';
import type { TryRead } from '../splitter.ts';

/** Reads documents by the patterns of earlier ones. The README of this folder has the figures and the proof. */
export interface LearnedParser {
  /** Reads the document that begins there, if it has a learned form. */
  readonly tryParse: TryRead;
  /** Learns the form of a document (latin1 text) from the result of the parser. */
  readonly learn: (text: string, activity: Activity) => void;
}

/** Files have one form or two. */
const MAX_PATTERNS = 4;

/** A file of always new forms would spend its time on learning. */
const MAX_LEARN_ATTEMPTS = 16;

/** A giant document would hold the event loop for too long. */
const MAX_LEARN_DOCUMENT_CHARS = 1024 * 1024;

/** Creates a parser that learns once `learnAfterChars` characters were parsed; `add` receives the documents it reads. */
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
      // The equivalence proof: the pattern fixes all keys and places, so it reads every match as the parser reads this one.
      if (pattern && reread?.end === text.length && isDeepStrictEqual(reread.activity, activity)) {
        patterns = [pattern, ...patterns].slice(0, MAX_PATTERNS);
      }
    },
  };
}
