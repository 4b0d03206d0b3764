import { createByteBuffer } from './byte-buffer.ts';
import { toLatin1 } from './latin1.ts';

/** Cuts a stream of bytes into the JSON documents that stand in it one after another. */
export interface Splitter {
  /** The documents that these bytes complete; where one is long, they may come some pieces later. */
  push(bytes: Buffer): Generator<string>;
  /** What is left; the last may be a piece of a document. */
  end(): readonly string[];
}

/** Reads a document of a known form where it begins in a text; its end, or −1 when it has another form or is not all there. */
export type TryParse = (text: string, start: number) => number;

/**
 * More than this is no document; the vendor's own have some thousand characters. Each is parsed in one go: one of nothing but
 * empty events takes a hundred times its length of memory. Characters.
 */
const MAX_DOCUMENT_CHARS = 8 * 1024 * 1024;

/** How much of a document may have been there in vain before it is no longer looked at from its beginning. Characters. */
const MAX_RETRY_CHARS = 512 * 1024;

/** Each look costs as much as all that there is: a long document is looked at again when it has grown by this part of it. */
const MIN_GROWTH_RATIO = 1 / 8;

/** A document too long to be one. */
export class DocumentTooLargeError extends Error {
  override readonly name = 'DocumentTooLargeError';
}

/**
 * A splitter for documents in any layout: over many lines or one a line, `}{` with nothing between, byte order marks, cut
 * anywhere. Its yields are bytes as text; what `skim` reads is not yielded.
 *
 * It does not count braces. Within JSON, `}` is never followed by `{`: a comma stands between. So such a pair is a border, or
 * stands in a string; and a string cannot hold a line break. Only for a pair without a line break are strings followed from
 * the document's beginning. A document that breaks off costs itself, not those after it, as long as a new line begins them.
 */
export function createSplitter(tryParse: TryParse = () => -1): Splitter {
  const boundary = /\}[ \t\r\n\xEF\xBB\xBF]*\{/g;
  const buffer = createByteBuffer();
  let text = '';
  let search = startSearch(0);

  function* push(bytes: Buffer): Generator<string> {
    buffer.add(bytes);
    if (buffer.size() < text.length * MIN_GROWTH_RATIO) return;
    discardBefore(yield* splitText());
  }

  /** Those that are all there; returns where the next begins. */
  function* splitText(): Generator<string, number> {
    text += toLatin1(buffer.takeAll());
    let begin = 0;
    for (;;) {
      begin = skipSpace(text, begin);
      const parsedEnd = search.at - begin < MAX_RETRY_CHARS ? tryParse(text, begin) : -1;
      const end = parsedEnd > begin ? parsedEnd : findBoundary(begin);
      if (end === -1) return begin;
      if (end !== parsedEnd) yield text.slice(begin, end);
      begin = end;
      search = startSearch(end);
    }
  }

  /** Where the document that begins there ends, or −1; asked again when there is more, it goes on where it stopped. */
  function findBoundary(begin: number): number {
    if (search.brace !== -1) {
      search.at = skipSpace(text, search.at);
      if (search.at === text.length) return -1;
      if (text[search.at] === '{' && isBoundary(search.brace, search.at)) return search.brace + 1;
    }
    const from = Math.max(begin, search.at);
    boundary.lastIndex = from;
    for (let match = boundary.exec(text); match; match = boundary.exec(text)) {
      if (isBoundary(match.index, boundary.lastIndex - 1)) return match.index + 1;
      boundary.lastIndex = match.index + 1;
    }
    search.brace = findTrailingBrace(from);
    search.at = text.length;
    return -1;
  }

  /** A pair may be cut in two: the closing brace, not before `from`, that only space follows; −1 when there is none. */
  function findTrailingBrace(from: number): number {
    let at = text.length - 1;
    while (at >= from && isSpace(text.charCodeAt(at))) at -= 1;
    return at >= from && text[at] === '}' ? at : -1;
  }

  function isBoundary(closing: number, opening: number): boolean {
    if (opening > closing + 1 && text.slice(closing, opening).includes('\n')) return true;
    advanceStringState(text, search.strings, closing);
    return !search.strings.inString;
  }

  function discardBefore(begin: number): void {
    if (text.length - begin > MAX_DOCUMENT_CHARS) throw new DocumentTooLargeError();
    text = text.slice(begin);
    search.at = Math.max(0, search.at - begin);
    search.brace = Math.max(-1, search.brace - begin);
    search.strings.at = Math.max(0, search.strings.at - begin);
  }

  return {
    push,
    end: () => {
      const documents = splitText();
      const remaining: string[] = [];
      let next = documents.next();
      for (; next.done !== true; next = documents.next()) remaining.push(next.value);
      const rest = text.slice(next.value, search.brace === -1 ? text.length : search.brace + 1);
      return rest === '' ? remaining : [...remaining, rest];
    },
  };
}

/** How far the search for the border of a document has come. */
interface SearchState {
  at: number;
  /** The closing brace that nothing but space has followed up to there; −1 when there is none. */
  brace: number;
  readonly strings: StringState;
}

function startSearch(at: number): SearchState {
  return { at, brace: -1, strings: { at, inString: false } };
}

/** How far strings have been followed, and whether that is within one. */
interface StringState {
  at: number;
  inString: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Moves on to `to`, knowing whether that is within a string. */
function advanceStringState(text: string, strings: StringState, to: number): void {
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
function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** JSON's space and, byte by byte because it may be cut, the byte order mark. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || isByteOrderMark(code);
}

function isByteOrderMark(code: number): boolean {
  return code === 0xef || code === 0xbb || code === 0xbf;
}
