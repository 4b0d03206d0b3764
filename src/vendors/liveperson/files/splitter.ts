import { createByteBuffer } from './byte-buffer.ts';
import { DocumentArray } from './document-array.ts';
import { toLatin1 } from './latin1.ts';
import { isSpace, skipSpace } from './space.ts';

/** Splits a stream of bytes into JSON documents: concatenated ones, or those of an array. */
export interface Splitter {
  /** Yields the documents that these bytes complete, as latin1 text. The end of a long document may be found some chunks later. */
  push(bytes: Buffer): Generator<string>;
  /** Yields the rest; the last text may be an incomplete document, and is empty for an array without an end. */
  end(): Generator<string>;
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
 * A file that begins with a bracket is an array of documents; see `DocumentArray`. For concatenated documents braces are not
 * counted. Inside JSON, `}` is never followed by `{`, because a comma separates them. So such a pair is a boundary or part of a string, and a string cannot contain a line break. Strings are therefore followed from the beginning of
 * the document only for a pair without a line break. An incomplete document costs only itself if the next one begins on a new
 * line.
 */
export function createSplitter(tryRead: TryRead = () => -1): Splitter {
  return new DocumentSplitter(tryRead);
}

const BOUNDARY_EXPRESSION = /\}[ \t\r\n\xEF\xBB\xBF]*\{/g;

class DocumentSplitter implements Splitter {
  readonly #tryRead: TryRead;
  readonly #boundary = new RegExp(BOUNDARY_EXPRESSION);
  /** The bytes from the first document on that is not complete. */
  readonly #buffer = createByteBuffer();
  /** The text of all bytes, while they are split: kept as text, each chunk would be one more copy of what is incomplete. */
  #text = '';
  /** The length of the text that was searched without finding an end. */
  #searchedChars = 0;
  #search = startSearch(0);
  #array: DocumentArray | null = null;

  constructor(tryRead: TryRead) {
    this.#tryRead = tryRead;
  }

  *push(bytes: Buffer): Generator<string> {
    this.#buffer.add(bytes);
    if (this.#buffer.bytes().length < this.#searchedChars * (1 + MIN_GROWTH_RATIO)) return;
    this.#discardBefore(yield* this.#splitText());
  }

  *end(): Generator<string> {
    const begin = yield* this.#splitText();
    if (this.#array !== null) {
      yield this.#text.slice(begin);
      return;
    }
    const { brace } = this.#search;
    const rest = this.#text.slice(begin, brace === -1 ? this.#text.length : brace + 1);
    if (rest !== '') yield rest;
  }

  /** Yields the complete documents; returns where the next one begins. */
  *#splitText(): Generator<string, number> {
    this.#text = toLatin1(this.#buffer.bytes());
    let begin = 0;
    for (;;) {
      begin = skipSpace(this.#text, begin);
      if (this.#array === null && this.#text[begin] === '[') this.#array = new DocumentArray(begin + 1);
      const array = this.#array;
      if (array !== null) {
        begin = yield* this.#splitArray(array);
        if (this.#array === array) return begin;
        continue;
      }
      const readEnd = this.#search.at - begin < MAX_RETRY_CHARS ? this.#tryRead(this.#text, begin) : -1;
      const end = readEnd > begin ? readEnd : this.#findBoundary(begin);
      if (end === -1) return begin;
      if (end !== readEnd) yield this.#text.slice(begin, end);
      begin = end;
      this.#search = startSearch(end);
    }
  }

  /** Yields the complete documents of an array; returns where its next one begins, or where the array ends. */
  *#splitArray(array: DocumentArray): Generator<string, number> {
    for (;;) {
      const begin = array.findDocument(this.#text);
      const canTry = begin !== null && array.scannedChars() < MAX_RETRY_CHARS;
      const readEnd = canTry ? this.#tryRead(this.#text, begin) : -1;
      if (begin !== null && readEnd > begin) {
        array.continueAt(readEnd);
        continue;
      }
      const item = array.next(this.#text);
      if (item.kind === 'incomplete') return item.begin;
      if (item.kind === 'end') {
        this.#array = null;
        this.#search = startSearch(item.end);
        return item.end;
      }
      yield this.#text.slice(item.begin, item.end);
    }
  }

  /** Returns the end of the document, or −1 when it is incomplete; the next call continues where this one stopped. */
  #findBoundary(begin: number): number {
    const text = this.#text;
    const search = this.#search;
    if (search.brace !== -1) {
      search.at = skipSpace(text, search.at);
      if (search.at === text.length) return -1;
      if (text[search.at] === '{' && this.#isBoundary(search.brace, search.at)) return search.brace + 1;
    }
    const from = Math.max(begin, search.at);
    this.#boundary.lastIndex = from;
    for (let match = this.#boundary.exec(text); match; match = this.#boundary.exec(text)) {
      if (this.#isBoundary(match.index, this.#boundary.lastIndex - 1)) return match.index + 1;
      this.#boundary.lastIndex = match.index + 1;
    }
    search.brace = findTrailingBrace(text, from);
    search.at = text.length;
    return -1;
  }

  #isBoundary(closing: number, opening: number): boolean {
    if (opening > closing + 1 && this.#text.slice(closing, opening).includes('\n')) return true;
    advanceStringState(this.#text, this.#search.strings, closing);
    return !this.#search.strings.inString;
  }

  #discardBefore(begin: number): void {
    this.#searchedChars = this.#text.length - begin;
    if (this.#searchedChars > MAX_DOCUMENT_CHARS) throw new DocumentTooLargeError();
    this.#text = '';
    this.#buffer.remove(begin);
    this.#array?.shift(begin);
    const search = this.#search;
    search.at = Math.max(0, search.at - begin);
    search.brace = Math.max(-1, search.brace - begin);
    search.strings.at = Math.max(0, search.strings.at - begin);
  }
}

/** Returns a closing brace after which only space follows, because a chunk may end inside a pair; −1 without one. */
function findTrailingBrace(text: string, from: number): number {
  let at = text.length - 1;
  while (at >= from && isSpace(text.charCodeAt(at))) at -= 1;
  return at >= from && text[at] === '}' ? at : -1;
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
