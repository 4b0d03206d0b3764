import { type ConfigIssue, type ConfigPath, formatPath } from './config-error.ts';
import { fieldOf, type Person } from './directory-files/read-people.ts';
import { withValue } from './named-value.ts';

/** An entry of a list of the configuration, or a person of a directory file. */
export interface ListedEntry {
  readonly isOfFile: boolean;
  /** Such as `agents[3]`, or the file and the line of a person. */
  readonly name: () => string;
  /** The file and the line. */
  readonly position: () => string;
  /** Where a value of the entry stands. */
  readonly locate: (path: ConfigPath) => Pick<ConfigIssue, 'path' | 'source'>;
}

/** Returns where the value at a path of the configuration stands: its file and line. */
export type PositionOf = (path: ConfigPath) => string;

export function toListedEntry(list: ConfigPath, index: number, positionOf: PositionOf): ListedEntry {
  const path = [...list, index];
  return {
    isOfFile: false,
    name: () => formatPath(path),
    position: () => positionOf(path),
    locate: (relativePath) => ({ path: [...path, ...relativePath] }),
  };
}

export function toListedPerson({ file, record, mapping }: Person): ListedEntry {
  const position = () => `${file}:${record.line}`;
  return {
    isOfFile: true,
    name: position,
    position,
    locate: (path) => ({ path: [fieldOf(mapping, path) ?? ''], source: { file, line: record.line } }),
  };
}

export interface UniqueClaim {
  readonly entry: ListedEntry;
  /** From the entry to the value. */
  readonly path: ConfigPath;
  readonly value: string | undefined;
  /** The value as it stands in the file, for the message; absent for one that must not be shown. */
  readonly shown?: string | undefined;
}

interface DuplicateIssue {
  readonly issue: ConfigIssue;
  readonly entry: ListedEntry;
  readonly earlierEntry: ListedEntry;
}

/** Reports every claim whose value an earlier entry has already; repetitions within one entry are allowed. */
export function findDuplicates(noun: string, claims: readonly UniqueClaim[]): readonly DuplicateIssue[] {
  const owners = new Map<string, ListedEntry>();
  const duplicates: DuplicateIssue[] = [];
  for (const { entry, path, value, shown } of claims) {
    if (value === undefined) continue;
    const earlierEntry = owners.get(value) ?? entry;
    owners.set(value, earlierEntry);
    if (earlierEntry === entry) continue;
    const message = withValue(`is the same ${noun} as in ${describeOther(earlierEntry, entry)}`, shown);
    duplicates.push({ issue: { ...entry.locate(path), message }, entry, earlierEntry });
  }
  return duplicates;
}

/** The line of an entry of the configuration is named where the message stands in another file. */
function describeOther(other: ListedEntry, { isOfFile }: ListedEntry): string {
  return isOfFile && !other.isOfFile ? `${other.name()} (${other.position()})` : other.name();
}

/** Keeps of each pair of entries the first report. */
export function withoutRepeatedPairs(duplicates: readonly DuplicateIssue[]): readonly ConfigIssue[] {
  const reported = new Map<ListedEntry, Set<ListedEntry>>();
  const isReported = (a: ListedEntry, b: ListedEntry) => reported.get(a)?.has(b) === true;
  return duplicates.flatMap(({ issue, entry, earlierEntry }) => {
    if (isReported(entry, earlierEntry) || isReported(earlierEntry, entry)) return [];
    const others = reported.get(entry) ?? new Set();
    reported.set(entry, others.add(earlierEntry));
    return [issue];
  });
}
