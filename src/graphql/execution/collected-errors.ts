import type { GraphQLError } from 'graphql';
import type { Path } from 'graphql/jsutils/Path.js';

/** The errors of an execution, in the order in which they occur. */
export class CollectedErrors {
  readonly errors: GraphQLError[] = [];
  readonly #positions = new Set<Path | undefined>();
  #occurred = 0;

  /** How many errors have occurred, with those that are left out. */
  get occurred(): number {
    return this.#occurred;
  }

  /**
   * Adds the error that makes the position null. Below a position that is null already, errors are left out: fields that still run
   * there are no part of the response. Undefined is the position of the whole response.
   */
  add(error: GraphQLError, position: Path | undefined): void {
    this.#occurred += 1;
    if (this.#isNull(position)) return;
    this.#positions.add(position);
    this.errors.push(error);
  }

  #isNull(position: Path | undefined): boolean {
    for (let path = position; path; path = path.prev) if (this.#positions.has(path)) return true;
    return this.#positions.has(undefined);
  }
}
