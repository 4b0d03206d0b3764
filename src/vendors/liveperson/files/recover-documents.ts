import { type Activity, readActivity } from './activity.ts';
import { latin1ToUtf8 } from './latin1.ts';

/** How much may be scanned in search of documents in a broken piece. Characters. */
const MAX_SCANNED_CHARS = 4 * 1024 * 1024;

/**
 * The documents in a piece of a file that is none itself, such as one that breaks off with another behind it, or one after a
 * line of something else (bytes as text). They are looked for where a line begins with a brace.
 */
export function recoverDocuments(piece: string): readonly Activity[] {
  const recovered: Activity[] = [];
  const lineStart = /^[ \t]*\{/gm;
  let scannedChars = 0;
  for (
    let start = lineStart.exec(piece);
    start !== null && scannedChars < MAX_SCANNED_CHARS;
    start = lineStart.exec(piece)
  ) {
    const end = findObjectEnd(piece, start.index);
    scannedChars += end - start.index;
    const activity = readActivity(latin1ToUtf8(piece.slice(start.index, end)));
    if (activity === null) continue;
    recovered.push(activity);
    lineStart.lastIndex = end;
  }
  return recovered;
}

/** Where the object that begins there ends; the end of the text when it does not. */
function findObjectEnd(text: string, start: number): number {
  // One sign at a time: an expression for whole strings would take from the engine's stack for every character.
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
