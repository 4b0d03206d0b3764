import { Seen } from './seen.ts';

/** Texts by object. */
export type TextByObject = WeakMap<object, string>;

/** What a text takes beside its characters: its entry in a weak map. */
const ENTRY_CHARS = 64;

/** Callers choose which fields they select together, and under which names. */
const MAX_SHAPES = 1000;

/**
 * Keeps the JSON text of an object's constant fields for as long as the object exists: the cache returns the same objects to every
 * query. Documents that select the same fields share their texts.
 */
export class ObjectTexts {
  readonly #maxChars: number;
  /** Null for a shape that one execution had so far: most of those that callers write values into never come back. */
  readonly #textsByShape = new Map<string, TextByObject | null>();
  /** Of all texts that were added, also of those whose object no longer exists. */
  #chars = 0;

  /** With 0, no text is kept. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** The texts of a shape, for one execution; null where none are kept. A shape names the fields and what they are called. */
  textsOf(shape: string): TextByObject | null {
    if (this.#maxChars === 0) return null;
    const known = this.#textsByShape.get(shape);
    if (known) return known;
    const texts: TextByObject | null = known === null ? new WeakMap() : null;
    if (this.#textsByShape.size >= MAX_SHAPES) this.#clear();
    this.#textsByShape.set(shape, texts);
    return texts;
  }

  /** Keeps a text from the second time on that it is added: objects that are made for one query never come back. */
  add(texts: TextByObject, object: object, text: string): void {
    if (!Seen.has(object)) {
      Seen.mark(object);
      return;
    }
    this.#chars += text.length + ENTRY_CHARS;
    if (this.#chars > this.#maxChars) this.#clear();
    // V8 keeps a concatenated text as a tree of its parts until a character is read.
    text.charCodeAt(0);
    texts.set(object, text);
  }

  /** Texts that are asked for again come back; others, and those of objects that no longer exist, count no more. */
  #clear(): void {
    this.#textsByShape.clear();
    this.#chars = 0;
  }
}
