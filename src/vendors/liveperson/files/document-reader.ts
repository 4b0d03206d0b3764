import { type Activity, readActivity } from './activity.ts';
import { createLearnedParser } from './fast-path/learned-parser.ts';
import { latin1ToUtf8 } from './latin1.ts';
import { recoverDocuments } from './recover-documents.ts';
import type { TryRead } from './splitter.ts';

/** Reads the documents of one file. Texts are latin1: one character a byte. */
export interface DocumentReader {
  /**
   * Reads the document that begins at `start` if that needs no parser, and returns where it ends. Returns −1 when the document
   * has to be passed to `read`, or is not complete yet.
   */
  readonly tryRead: TryRead;
  /** Reads a complete document. Returns false when the text is not a document; the documents inside it are read anyway. */
  readonly read: (text: string) => boolean;
  /** Learns the form of the document that was read last, if that is due: a step of its own, because it costs more than to read it. */
  readonly learn: () => void;
}

/** Creates the reader of one file; `add` receives every document. */
export type CreateDocumentReader = (add: (activity: Activity) => void) => DocumentReader;

export interface DocumentReaderOptions {
  /**
   * Whether documents of a known form are read by the pattern of an earlier one instead of with JSON.parse. It changes only the
   * speed: see fast-path/README.md.
   */
  readonly patterns: boolean;
  /** The characters to parse for each pattern that is learned. */
  readonly learnAfterChars?: number;
}

/** To learn a document costs as much as to parse some tens of its length. */
const LEARN_AFTER_CHARS = 64 * 1024;

/** Creates the readers of an account's files, which share what they learn. */
export function createDocumentReaders({
  patterns,
  learnAfterChars = LEARN_AFTER_CHARS,
}: DocumentReaderOptions): CreateDocumentReader {
  const learned = patterns ? createLearnedParser(learnAfterChars) : null;
  return (add) => {
    let last: { readonly text: string; readonly activity: Activity } | null = null;
    return {
      tryRead: (text, start) => {
        const result = learned?.tryParse(text, start) ?? null;
        if (result === null) return -1;
        add(result.activity);
        return result.end;
      },
      read: (text) => {
        const activity = readActivity(latin1ToUtf8(text));
        if (activity === null) {
          recoverDocuments(text).forEach(add);
          return false;
        }
        add(activity);
        last = { text, activity };
        return true;
      },
      learn: () => {
        if (last !== null) learned?.learn(last.text, last.activity);
        last = null;
      },
    };
  };
}
