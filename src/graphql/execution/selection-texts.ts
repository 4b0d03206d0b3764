import type { ConstantFields, Selection } from '../ast/selected-field.ts';
import type { ObjectTexts, TextByObject } from './object-texts.ts';

/** Finds the kept texts of each selection once for an execution, which then reads hundreds of objects. */
export class SelectionTexts {
  readonly #objectTexts: ObjectTexts;
  /** By the constant fields of an object, and by the selection of the items of a list. */
  readonly #found = new Map<ConstantFields | Selection, TextByObject | null>();

  constructor(objectTexts: ObjectTexts) {
    this.#objectTexts = objectTexts;
  }

  /** Of objects; null where none are kept. */
  ofObjects(constants: ConstantFields): TextByObject | null {
    const known = this.#found.get(constants);
    return known === undefined ? this.#find(constants, constants.shape) : known;
  }

  /** Of whole lists; null where none are kept, as for items that have other fields than constant ones. */
  ofLists(items: Selection, areNonNull: boolean): TextByObject | null {
    const known = this.#found.get(items);
    if (known !== undefined) return known;
    const [only, ...others] = items.steps;
    const constants = others.length === 0 ? only?.constants : null;
    // A null in a list is an error where its items cannot be null.
    return this.#find(items, constants ? `[${constants.shape}${areNonNull ? '!' : ''}]` : null);
  }

  add(texts: TextByObject, object: object, text: string): void {
    this.#objectTexts.add(texts, object, text);
  }

  #find(fields: ConstantFields | Selection, shape: string | null): TextByObject | null {
    const texts = shape === null ? null : this.#objectTexts.textsOf(shape);
    this.#found.set(fields, texts);
    return texts;
  }
}
