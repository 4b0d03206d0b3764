/** A team of the directory. */
export interface Team {
  /** The directory's id. */
  readonly id: string;
  readonly name: string;
}
