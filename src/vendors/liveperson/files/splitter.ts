import { bytesAsText } from './bytes-as-text.ts';

/** Cuts a stream of bytes into the JSON documents that stand in it one after another. */
export interface Splitter {
  /** The documents that these bytes complete. */
  push(bytes: Buffer): Generator<string>;
  /** What is left: the last document, or a piece of one; null when there is nothing. */
  end(): string | null;
}

/** Reads a document of a known form where it begins in a text; its end, or −1 when it has another form or is not all there. */
export type Skim = (text: string, begin: number) => number;

/** More than this is no document. Characters. */
const LONGEST_DOCUMENT = 32 * 1024 * 1024;

/** How much of a document may have been there in vain before it is no longer looked at from its beginning. Characters. */
const WORTH_ANOTHER_LOOK = 512 * 1024;

const SPACE = '[ \\t\\r\\n]*(?:\\xEF\\xBB\\xBF[ \\t\\r\\n]*)*';

/** A document too long to be one. */
export class EndlessDocument extends Error {
  override readonly name = 'EndlessDocument';
}

/**
 * A splitter for documents in any layout: over many lines or one a line, `}{` with nothing between, byte order marks, cut
 * anywhere. Its yields are bytes as text; what `skim` reads is not yielded.
 *
 * It does not count braces. Within JSON, `}` is never followed by `{`: a comma stands between. So such a pair is a border, or
 * stands in a string; and a string cannot hold a line break. Only for a pair without a line break are strings followed from
 * the document's beginning. A document that breaks off costs itself, not those after it, as long as a new line begins them.
 */
export function createSplitter(skim: Skim = () => -1): Splitter {
  const space = new RegExp(SPACE, 'y');
  const pair = new RegExp(`\\}(${SPACE})\\{`, 'g');
  let text = '';
  // Where the search for the border of the first document in `text` goes on, and how far its strings have been followed.
  let searched = 0;
  let strings: Strings = { at: 0, inString: false };

  function* push(bytes: Buffer): Generator<string> {
    text += bytesAsText(bytes);
    let begin = 0;
    for (;;) {
      begin = afterSpace(begin);
      const skimmed = searched - begin < WORTH_ANOTHER_LOOK ? skim(text, begin) : -1;
      const end = skimmed > begin ? skimmed : borderAfter(begin);
      if (end === -1) break;
      if (end !== skimmed) yield text.slice(begin, end);
      begin = searched = end;
      strings = { at: end, inString: false };
    }
    keepFrom(begin);
  }

  function borderAfter(begin: number): number {
    pair.lastIndex = Math.max(begin, searched);
    for (let found = pair.exec(text); found; found = pair.exec(text)) {
      if (found[1]?.includes('\n') === true || !isInString(found.index)) return found.index + 1;
      pair.lastIndex = found.index + 1;
    }
    searched = beforeOpenPair(begin);
    return -1;
  }

  function isInString(at: number): boolean {
    follow(text, strings, at);
    return strings.inString;
  }

  /** A pair may be cut in two: the search goes on at a brace that only space follows. */
  function beforeOpenPair(begin: number): number {
    const brace = text.lastIndexOf('}');
    if (brace < begin) return text.length;
    space.lastIndex = brace + 1;
    space.test(text);
    // A byte order mark may be cut as well.
    return text.length - space.lastIndex <= 2 ? brace : text.length;
  }

  function afterSpace(at: number): number {
    space.lastIndex = at;
    return space.test(text) ? space.lastIndex : at;
  }

  function keepFrom(begin: number): void {
    if (text.length - begin > LONGEST_DOCUMENT) throw new EndlessDocument();
    text = text.slice(begin);
    searched = Math.max(0, searched - begin);
    strings = { ...strings, at: Math.max(0, strings.at - begin) };
  }

  return {
    push,
    end: () => {
      const rest = text.slice(afterSpace(0));
      text = '';
      return rest === '' ? null : rest;
    },
  };
}

interface Strings {
  at: number;
  inString: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Moves on to `to`, knowing whether that is within a string. */
function follow(text: string, strings: Strings, to: number): void {
  let { at, inString } = strings;
  for (; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) inString = !inString;
    else if (code === BACKSLASH && inString) at++;
  }
  strings.at = at;
  strings.inString = inString;
}
