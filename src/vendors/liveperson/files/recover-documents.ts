import { type Activity, readActivity } from './activity.ts';
import { latin1ToUtf8 } from './latin1.ts';

/** The upper bound of characters scanned in one broken text. */
const MAX_SCANNED_CHARS = 4 * 1024 * 1024;

/**
 * Finds the documents inside a latin1 text that is not a document itself. Examples are an incomplete document with another after
 * it, and a document after a line of something else. A candidate begins at a line that starts with a brace.
 */
export function recoverDocuments(text: string): readonly Activity[] {
  const recovered: Activity[] = [];
  const lineStart = /^[ \t]*\{/gm;
  let scannedChars = 0;
  for (
    let start = lineStart.exec(text);
    start !== null && scannedChars < MAX_SCANNED_CHARS;
    start = lineStart.exec(text)
  ) {
    const end = findObjectEnd(text, start.index);
    scannedChars += end - start.index;
    const activity = readActivity(latin1ToUtf8(text.slice(start.index, end)));
    if (activity === null) continue;
    recovered.push(activity);
    lineStart.lastIndex = end;
  }
  return recovered;
}

/** Returns the end of the object that begins there, or the end of the text when it has none. */
function findObjectEnd(text: string, start: number): number {
  // One token at a time: an expression for whole strings would use the engine's stack for every character.
  const token = /["\\{}]/g;
  token.lastIndex = start;
  let depth = 0;
  let inString = false;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') inString = !inString;
    else if (match[0] === '\\') token.lastIndex += 1;
    else if (!inString) {
      depth += match[0] === '{' ? 1 : -1;
      if (depth === 0) return token.lastIndex;
    }
  }
  return text.length;
}
