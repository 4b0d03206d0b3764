import { createByteBuffer } from './byte-buffer.ts';
import { toLatin1 } from './latin1.ts';

/** Splits a stream of bytes into concatenated JSON documents. */
export interface Splitter {
  /** Yields the documents that these bytes complete, as latin1 text. The end of a long document may be found some chunks later. */
  push(bytes: Buffer): Generator<string>;
  /** Returns the rest; the last text may be an incomplete document. */
  end(): readonly string[];
}

/** Reads the document that begins at `start`; returns its end, or −1 when its form is unknown or it is incomplete. */
export type TryRead = (text: string, start: number) => number;

/**
 * The vendor's documents have some thousand characters. A document is parsed in one call, and one of only empty events takes a
 * hundred times its length of memory.
 */
const MAX_DOCUMENT_CHARS = 8 * 1024 * 1024;

/** From this length on, an incomplete document is no longer tried from its beginning for each chunk. */
const MAX_RETRY_CHARS = 512 * 1024;

/** A search costs as much as the text is long, so an incomplete document is searched again after it has grown by this ratio. */
const MIN_GROWTH_RATIO = 1 / 8;

/** A document exceeds the maximum length. */
export class DocumentTooLargeError extends Error {
  override readonly name = 'DocumentTooLargeError';
}

/**
 * Creates a splitter for documents in any layout: pretty-printed, one a line, `}{` without a separator, with byte order marks,
 * and chunked anywhere. Documents that `tryRead` reads are not yielded.
 *
 * It does not count braces. Inside JSON, `}` is never followed by `{`, because a comma separates them. So such a pair is a
 * boundary or part of a string, and a string cannot contain a line break. Strings are therefore followed from the beginning of
 * the document only for a pair without a line break. An incomplete document costs only itself if the next one begins on a new
 * line.
 */
export function createSplitter(tryRead: TryRead = () => -1): Splitter {
  const boundary = /\}[ \t\r\n\xEF\xBB\xBF]*\{/g;
  const buffer = createByteBuffer();
  let text = '';
  let search = startSearch(0);

  function* push(bytes: Buffer): Generator<string> {
    buffer.add(bytes);
    if (buffer.size() < text.length * MIN_GROWTH_RATIO) return;
    discardBefore(yield* splitText());
  }

  /** Yields the complete documents; returns where the next one begins. */
  function* splitText(): Generator<string, number> {
    text += toLatin1(buffer.takeAll());
    let begin = 0;
    for (;;) {
      begin = skipSpace(text, begin);
      const readEnd = search.at - begin < MAX_RETRY_CHARS ? tryRead(text, begin) : -1;
      const end = readEnd > begin ? readEnd : findBoundary(begin);
      if (end === -1) return begin;
      if (end !== readEnd) yield text.slice(begin, end);
      begin = end;
      search = startSearch(end);
    }
  }

  /** Returns the end of the document, or −1 when it is incomplete; the next call continues where this one stopped. */
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

  /** Returns a closing brace after which only space follows, because a chunk may end inside a pair; −1 without one. */
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

/** The progress of the search for the boundary after a document. */
interface SearchState {
  at: number;
  /** A closing brace after which only space follows, up to `at`; −1 without one. */
  brace: number;
  readonly strings: StringState;
}

function startSearch(at: number): SearchState {
  return { at, brace: -1, strings: { at, inString: false } };
}

/** How far strings have been followed, and whether that position is inside one. */
interface StringState {
  at: number;
  inString: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Follows strings up to `to`. */
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

/** Returns the end of the space that begins there. */
function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** Whether a code is JSON whitespace or a byte of the byte order mark, which a chunk may end inside. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || isByteOrderMark(code);
}

function isByteOrderMark(code: number): boolean {
  return code === 0xef || code === 0xbb || code === 0xbf;
}
