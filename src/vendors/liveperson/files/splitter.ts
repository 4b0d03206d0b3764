import { createBasin } from './basin.ts';
import { bytesAsText } from './bytes-as-text.ts';

/** Cuts a stream of bytes into the JSON documents that stand in it one after another. */
export interface Splitter {
  /** The documents that these bytes complete; where one is long, they may come some pieces later. */
  push(bytes: Buffer): Generator<string>;
  /** What is left; the last may be a piece of a document. */
  end(): readonly string[];
}

/** Reads a document of a known form where it begins in a text; its end, or −1 when it has another form or is not all there. */
export type Skim = (text: string, begin: number) => number;

/**
 * More than this is no document; the vendor's own have some thousand characters. Each is parsed in one go: one of nothing but
 * empty events takes a hundred times its length of memory. Characters.
 */
const LONGEST_DOCUMENT = 8 * 1024 * 1024;

/** How much of a document may have been there in vain before it is no longer looked at from its beginning. Characters. */
const WORTH_ANOTHER_LOOK = 512 * 1024;

/** Each look costs as much as all that there is: a long document is looked at again when it has grown by this part of it. */
const WORTH_A_LOOK = 1 / 8;

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
  const pair = /\}[ \t\r\n\xEF\xBB\xBF]*\{/g;
  const basin = createBasin();
  let text = '';
  let search = searchFrom(0);

  function* push(bytes: Buffer): Generator<string> {
    basin.add(bytes);
    if (basin.size() < text.length * WORTH_A_LOOK) return;
    keepFrom(yield* documents());
  }

  /** Those that are all there; returns where the next begins. */
  function* documents(): Generator<string, number> {
    text += bytesAsText(basin.drain());
    let begin = 0;
    for (;;) {
      begin = behindSpace(text, begin);
      const skimmed = search.at - begin < WORTH_ANOTHER_LOOK ? skim(text, begin) : -1;
      const end = skimmed > begin ? skimmed : borderAfter(begin);
      if (end === -1) return begin;
      if (end !== skimmed) yield text.slice(begin, end);
      begin = end;
      search = searchFrom(end);
    }
  }

  /** Where the document that begins there ends, or −1; asked again when there is more, it goes on where it stopped. */
  function borderAfter(begin: number): number {
    if (search.brace !== -1) {
      search.at = behindSpace(text, search.at);
      if (search.at === text.length) return -1;
      if (text[search.at] === '{' && isBorder(search.brace, search.at)) return search.brace + 1;
    }
    const from = Math.max(begin, search.at);
    pair.lastIndex = from;
    for (let found = pair.exec(text); found; found = pair.exec(text)) {
      if (isBorder(found.index, pair.lastIndex - 1)) return found.index + 1;
      pair.lastIndex = found.index + 1;
    }
    search.brace = braceAtEnd(from);
    search.at = text.length;
    return -1;
  }

  /** A pair may be cut in two: the closing brace, not before `from`, that only space follows; −1 when there is none. */
  function braceAtEnd(from: number): number {
    let at = text.length - 1;
    while (at >= from && isSpace(text.charCodeAt(at))) at -= 1;
    return at >= from && text[at] === '}' ? at : -1;
  }

  function isBorder(closing: number, opening: number): boolean {
    if (opening > closing + 1 && text.slice(closing, opening).includes('\n')) return true;
    follow(text, search.strings, closing);
    return !search.strings.inString;
  }

  function keepFrom(begin: number): void {
    if (text.length - begin > LONGEST_DOCUMENT) throw new EndlessDocument();
    text = text.slice(begin);
    search.at = Math.max(0, search.at - begin);
    search.brace = Math.max(-1, search.brace - begin);
    search.strings.at = Math.max(0, search.strings.at - begin);
  }

  return {
    push,
    end: () => {
      const all = documents();
      const left: string[] = [];
      let next = all.next();
      for (; next.done !== true; next = all.next()) left.push(next.value);
      const rest = text.slice(next.value, search.brace === -1 ? text.length : search.brace + 1);
      return rest === '' ? left : [...left, rest];
    },
  };
}

/** How far the search for the border of a document has come. */
interface Search {
  at: number;
  /** The closing brace that nothing but space has followed up to there; −1 when there is none. */
  brace: number;
  readonly strings: Strings;
}

function searchFrom(at: number): Search {
  return { at, brace: -1, strings: { at, inString: false } };
}

/** How far strings have been followed, and whether that is within one. */
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

/** Where the space that begins there ends. */
function behindSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** JSON's space and, byte by byte because it may be cut, the byte order mark. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || isOfMark(code);
}

function isOfMark(code: number): boolean {
  return code === 0xef || code === 0xbb || code === 0xbf;
}
