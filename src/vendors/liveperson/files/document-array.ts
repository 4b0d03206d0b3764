import { FIRST_KEYS, ObjectScanner } from './object-scanner.ts';
import { isSpace } from './space.ts';

/** What an array has next: a complete document, a text that is not one, its end, or nothing complete yet. */
export type ArrayItem =
  | { readonly kind: 'document' | 'damaged'; readonly begin: number; readonly end: number }
  | { readonly kind: 'end'; readonly end: number }
  /** Nothing before `begin` is needed again. */
  | { readonly kind: 'incomplete'; readonly begin: number };

/** `noise`: after something that is not a document. `lost`: after a damaged document, whose rest may follow. */
type Phase = 'between' | 'document' | 'noise' | 'lost';

const DOCUMENT_START = String.raw`\{[ \t\r\n]*"(?:${FIRST_KEYS.join('|')})"`;

/** The maximum length of an incomplete document start that is kept. */
const MAX_START_CHARS = 4096;

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;

/**
 * Finds the documents of a JSON array in a text that grows. Brackets are counted, because the `},{` that separates documents
 * separates their records and events, too.
 *
 * Damage is what JSON cannot have: a line break in a string, a bracket that does not fit, an object where a key is expected. A
 * document that is cut inside a list has the next document as an item of that list, which is damage, too. A damaged document
 * costs only itself: the next one begins with a key with which only documents begin.
 */
export class DocumentArray {
  readonly #documentStart = new RegExp(DOCUMENT_START, 'g');
  #phase: Phase = 'between';
  /** Where the search between documents continues. */
  #at: number;
  #begin: number;
  #scanner: ObjectScanner;

  /** Starts after the opening bracket. */
  constructor(at: number) {
    this.#at = at;
    this.#begin = at;
    this.#scanner = new ObjectScanner(at);
  }

  /** Returns where the next document begins; null when none does in this text. */
  findDocument(text: string): number | null {
    if (this.#phase === 'lost') this.#seekDocumentStart(text);
    else if (this.#phase === 'noise') this.#seekBracket(text);
    if (this.#phase === 'between') {
      while (this.#at < text.length && isSeparator(text.charCodeAt(this.#at))) this.#at += 1;
      if (text.charCodeAt(this.#at) === OPEN_BRACE) this.#startDocument();
    }
    return this.#phase === 'document' ? this.#begin : null;
  }

  /** Returns the next item, which it does not return again. */
  next(text: string): ArrayItem {
    if (this.findDocument(text) !== null) return this.#scanDocument(text);
    const begin = this.#at;
    if (this.#phase !== 'between' || begin === text.length) return { kind: 'incomplete', begin };
    this.#at += 1;
    if (text.charCodeAt(begin) === CLOSE_BRACKET) return { kind: 'end', end: this.#at };
    this.#phase = 'noise';
    return { kind: 'damaged', begin, end: this.#at };
  }

  /** Continues at the end of a document that has been read in another way. */
  continueAt(end: number): void {
    this.#phase = 'between';
    this.#at = end;
  }

  /** How much of the document that was found, but is not complete, has been scanned. */
  scannedChars(): number {
    return this.#scanner.position() - this.#begin;
  }

  /** Adapts to a text whose first characters were removed. */
  shift(chars: number): void {
    this.#at -= chars;
    this.#begin -= chars;
    this.#scanner.shift(chars);
  }

  #startDocument(): void {
    this.#phase = 'document';
    this.#begin = this.#at;
    this.#scanner = new ObjectScanner(this.#at);
  }

  #scanDocument(text: string): ArrayItem {
    const begin = this.#begin;
    const { kind, at } = this.#scanner.scan(text);
    if (kind === 'incomplete') return { kind, begin };
    this.continueAt(at);
    if (kind === 'closed') return { kind: 'document', begin, end: at };
    if (kind === 'damaged') this.#phase = 'lost';
    return { kind: 'damaged', begin, end: at };
  }

  #seekDocumentStart(text: string): void {
    this.#documentStart.lastIndex = this.#at;
    const match = this.#documentStart.exec(text);
    if (match !== null) {
      this.#at = match.index;
      this.#startDocument();
      return;
    }
    // The text may end inside the start of a document.
    const brace = text.lastIndexOf('{');
    this.#at = Math.max(this.#at, text.length - brace <= MAX_START_CHARS ? brace : text.length);
  }

  #seekBracket(text: string): void {
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code !== OPEN_BRACE && code !== CLOSE_BRACKET) continue;
      this.#phase = 'between';
      return;
    }
  }
}

function isSeparator(code: number): boolean {
  return code === COMMA || isSpace(code);
}
