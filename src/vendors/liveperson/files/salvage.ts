import { type Activity, readActivity } from './activity.ts';
import { decoded } from './bytes-as-text.ts';

/** How much may be scanned in search of documents in a broken piece. Characters. */
const EFFORT = 4 * 1024 * 1024;

/**
 * The documents in a piece of a file that is none itself, such as one that breaks off with another behind it, or one after a
 * line of something else (bytes as text). They are looked for where a line begins with a brace.
 */
export function salvage(piece: string): readonly Activity[] {
  const found: Activity[] = [];
  const lineStart = /^[ \t]*\{/gm;
  let effort = 0;
  for (let start = lineStart.exec(piece); start !== null && effort < EFFORT; start = lineStart.exec(piece)) {
    const end = endOfObject(piece, start.index);
    effort += end - start.index;
    const activity = readActivity(decoded(piece.slice(start.index, end)));
    if (activity === null) continue;
    found.push(activity);
    lineStart.lastIndex = end;
  }
  return found;
}

/** Where the object that begins there ends; the end of the text when it does not. */
function endOfObject(text: string, begin: number): number {
  // One sign at a time: an expression for whole strings would take from the engine's stack for every character.
  const mark = /["\\{}]/g;
  mark.lastIndex = begin;
  let depth = 0;
  let inString = false;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '"') inString = !inString;
    else if (found[0] === '\\') mark.lastIndex += 1;
    else if (!inString) {
      depth += found[0] === '{' ? 1 : -1;
      if (depth === 0) return mark.lastIndex;
    }
  }
  return text.length;
}
