/** Makes a derived class define its private fields on an object that exists already. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- what its constructor returns is all that it is for
class Existing {
  constructor(object: object) {
    return object;
  }
}

/**
 * Marks objects. The mark is a private field: no copy of the object has it, nothing else sees it, and it goes with the object. A `WeakSet` takes
 * twice as long, and minor garbage collections of V8 keep what is in one.
 */
export class Seen extends Existing {
  readonly #isSeen = true;

  static has(object: object): boolean {
    return #isSeen in object && object.#isSeen;
  }

  static mark(object: object): void {
    if (!Seen.has(object)) new Seen(object);
  }
}
