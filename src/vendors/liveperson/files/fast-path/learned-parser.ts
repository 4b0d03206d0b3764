import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../activity.ts';
import { createEventExtractor, type DocumentPattern, learnPattern } from './document-pattern.ts';

/** Reads documents by the patterns of earlier ones. The README of this folder has the figures and the proof. */
export interface LearnedParser {
  /** Reads the document that begins there; null unless it is complete and has a learned form. */
  readonly tryParse: DocumentPattern['tryRead'];
  /** Learns the form of a document (latin1 text) from the result of the parser. */
  readonly learn: (text: string, activity: Activity) => void;
}

/** An account's files have some forms: of layouts, envelopes, and events. */
const MAX_PATTERNS = 16;

/** A larger document would hold the event loop for too long. */
const MAX_LEARN_DOCUMENT_CHARS = 128 * 1024;

/**
 * Creates the parser of an account, for all of its files. It learns from one document for each `learnAfterChars` characters that
 * it is passed, so that learning costs a part of the parsing, also where the forms are always new.
 */
export function createLearnedParser(learnAfterChars: number): LearnedParser {
  const extractEvent = createEventExtractor();
  /** The most recently used first. */
  const patterns: DocumentPattern[] = [];
  let parsedChars = 0;

  function moveToFront(index: number): void {
    if (index > 0) patterns.unshift(...patterns.splice(index, 1));
  }

  return {
    tryParse: (text, start) => {
      for (const [index, pattern] of patterns.entries()) {
        const result = pattern.tryRead(text, start);
        if (result === null) continue;
        moveToFront(index);
        return result;
      }
      return null;
    },
    learn: (text, activity) => {
      parsedChars += text.length;
      if (parsedChars < learnAfterChars || text.length > MAX_LEARN_DOCUMENT_CHARS) return;
      parsedChars = 0;
      const pattern = learnPattern(text, extractEvent);
      const reread = pattern?.tryRead(text, 0);
      // The equivalence proof: the pattern fixes all keys and places, so it reads every match as the parser reads this one.
      if (!pattern || reread?.end !== text.length || !isDeepStrictEqual(reread.activity, activity)) return;
      patterns.unshift(pattern);
      patterns.splice(MAX_PATTERNS);
    },
  };
}
