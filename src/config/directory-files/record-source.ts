/** What is wrong on a line of a directory file. Quotes nothing of it but a value that is no secret. */
export interface LineProblem {
  /** From 1. */
  readonly line: number;
  /** The column or attribute; absent for the whole line. */
  readonly field?: string;
  readonly message: string;
}

/** A row, entry or resource that describes a person. */
export interface SourceRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  /** The values of a column or attribute, trimmed, without empty ones. */
  readonly values: (field: string) => readonly string[];
}

/** A directory file as read, whatever its format. */
export interface RecordSource {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly LineProblem[];
  /** The columns or attributes that it has. */
  readonly fields: readonly string[];
  readonly hasField: (field: string) => boolean;
  /** Columns that several columns have the name of. */
  readonly ambiguousFields?: ReadonlySet<string>;
}
