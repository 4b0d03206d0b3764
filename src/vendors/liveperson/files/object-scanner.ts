/** What ends a scan, and where. */
export interface ScanOutcome {
  /**
   * `damaged`: no object begins with the text up to there. `inner document`: the object was cut, and a document begins there.
   * `incomplete`: the text ends.
   */
  readonly kind: 'closed' | 'damaged' | 'inner document' | 'incomplete';
  readonly at: number;
}

/** A document begins with one of these keys; the objects inside it begin with others. */
export const FIRST_KEYS = ['dataType', 'metaData', 'recordCollection'] as const;
const QUOTED_FIRST_KEYS: ReadonlySet<string> = new Set(FIRST_KEYS.map((key) => `"${key}"`));
/** A document has this key; no object inside it has. */
const DOCUMENT_KEY = '"recordCollection"';

/** The vendor's documents have some ten levels. */
const MAX_DEPTH = 1000;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Finds the end of an object in a text that grows; visits each character once. */
export class ObjectScanner {
  #at: number;
  /** The open brackets, outermost first. */
  readonly #brackets: number[] = [];
  /** The last bracket, comma, colon or quote outside strings. */
  #last = COLON;
  #inString = false;
  #stringBegin = 0;
  #objectBegin = 0;
  /** The last open item of a list that begins as a document does. */
  #inner: { readonly begin: number; readonly depth: number } | null = null;

  constructor(begin: number) {
    this.#at = begin;
  }

  /** Continues until the object ends, turns out to be damaged, or the text ends. The parser checks the values. */
  scan(text: string): ScanOutcome {
    while (this.#at < text.length) {
      const outcome = this.#inString ? this.#scanString(text) : this.#scanToken(text);
      if (outcome !== null) return outcome;
    }
    return { kind: 'incomplete', at: this.#at };
  }

  position(): number {
    return this.#at;
  }

  /** Adapts to a text whose first characters were removed. */
  shift(chars: number): void {
    this.#at -= chars;
    this.#stringBegin -= chars;
    this.#objectBegin -= chars;
    if (this.#inner !== null) this.#inner = { ...this.#inner, begin: this.#inner.begin - chars };
  }

  /** Moves behind the string. A line break in it is damage: JSON has none there. */
  #scanString(text: string): ScanOutcome | null {
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === LINE_FEED) return { kind: 'damaged', at: this.#at };
      if (code === BACKSLASH) {
        // The text may end inside the pair.
        if (this.#at + 1 === text.length) return { kind: 'incomplete', at: this.#at };
        this.#at += 1;
      } else if (code === QUOTE) {
        this.#at += 1;
        this.#inString = false;
        if (this.#last === OPEN_BRACE) this.#noteFirstKey(text.slice(this.#stringBegin, this.#at));
        this.#last = QUOTE;
        return null;
      }
    }
    return null;
  }

  /** Moves behind the next bracket, comma, colon or opening quote. */
  #scanToken(text: string): ScanOutcome | null {
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) {
        this.#inString = true;
        this.#stringBegin = this.#at;
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        if (!this.#open(code)) return { kind: 'damaged', at: this.#at };
        continue;
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        if (!this.#close(code)) return { kind: 'damaged', at: this.#at };
      } else {
        if (code === COMMA || code === COLON) this.#last = code;
        continue;
      }
      this.#at += 1;
      return code === QUOTE ? null : this.#checkClosed(text);
    }
    return null;
  }

  /** Whether an object or a list may begin here: as the value of a key, or as an item. */
  #open(code: number): boolean {
    const parent = this.#brackets.at(-1);
    const isAllowed =
      parent === OPEN_BRACE
        ? this.#last === COLON
        : parent === undefined || this.#last === COMMA || this.#last === OPEN_BRACKET;
    if (!isAllowed || this.#brackets.length === MAX_DEPTH) return false;
    this.#brackets.push(code);
    this.#last = code;
    if (code === OPEN_BRACE) this.#objectBegin = this.#at;
    return true;
  }

  #close(code: number): boolean {
    const opening = this.#brackets.pop();
    this.#last = code;
    return opening === (code === CLOSE_BRACE ? OPEN_BRACE : OPEN_BRACKET);
  }

  /** Whether the bracket before this place closed the whole object, or a document inside it. */
  #checkClosed(text: string): ScanOutcome | null {
    const depth = this.#brackets.length;
    if (depth === 0) return { kind: 'closed', at: this.#at };
    if (this.#inner === null || depth >= this.#inner.depth) return null;
    const { begin } = this.#inner;
    this.#inner = null;
    return text.slice(begin, this.#at).includes(DOCUMENT_KEY) ? { kind: 'inner document', at: begin } : null;
  }

  #noteFirstKey(quoted: string): void {
    const depth = this.#brackets.length;
    const isItem = this.#brackets.at(-2) === OPEN_BRACKET;
    if (isItem && QUOTED_FIRST_KEYS.has(quoted)) this.#inner = { begin: this.#objectBegin, depth };
  }
}
