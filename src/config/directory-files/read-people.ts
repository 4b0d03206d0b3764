import { type DirectoryEntry, directoryEntrySchema } from '../settings.ts';
import { zodErrorMap } from '../zod-messages.ts';
import type { ResolvedMapping } from './field-mapping.ts';
import type { FileTeams } from './file-teams.ts';
import type { LineProblem, SourceRecord } from './record-source.ts';

/** An entry of the directory, and where in a directory file it stands. */
export interface Person {
  readonly entry: DirectoryEntry;
  /** The file, as messages name it. */
  readonly file: string;
  readonly record: SourceRecord;
  readonly mapping: ResolvedMapping;
}

export interface ReadPeopleOptions {
  readonly records: readonly SourceRecord[];
  readonly createsTeams: boolean;
  readonly mapping: ResolvedMapping;
  readonly teams: FileTeams;
  /** The file, as messages name it. */
  readonly file: string;
}

const MISSING_ID_MESSAGE = 'is missing: the id of each person is taken from here; another field can be named for it';

/** Turns the records of a file into entries of the directory. */
export function readPeople({ records, mapping, teams, createsTeams, file }: ReadPeopleOptions): {
  readonly people: readonly Person[];
  readonly problems: readonly LineProblem[];
} {
  const people: Person[] = [];
  const problems: LineProblem[] = [];
  for (const record of records) {
    const report = (message: string, path: readonly (string | number)[]) => {
      const field = fieldOf(mapping, path);
      problems.push({ line: record.line, message, ...(field !== undefined && { field }) });
    };
    const entry = readEntry(record, mapping);
    const teamName = first(record, mapping.team);
    const team = teamName === undefined ? undefined : teams.resolve(teamName, createsTeams);
    const parsed = directoryEntrySchema.safeParse(entry, { error: zodErrorMap });
    if (entry.id === undefined) report(MISSING_ID_MESSAGE, ['id']);
    else for (const { message, path } of parsed.error?.issues ?? []) report(message, path.map(String));
    if (team && 'problem' in team) report(team.problem, ['team']);
    else if (parsed.data)
      people.push({ entry: { ...parsed.data, ...(team && { team: team.id }) }, file, record, mapping });
  }
  return { people, problems };
}

function first(record: SourceRecord, field: string | null): string | undefined {
  return field === null ? undefined : record.values(field)[0];
}

function readEntry(record: SourceRecord, mapping: ResolvedMapping): Partial<Record<keyof DirectoryEntry, unknown>> {
  const accounts = [...mapping.accounts].flatMap(([account, field]) => {
    const ref = first(record, field);
    return ref === undefined ? [] : [[account, ref] as const];
  });
  return {
    id: first(record, mapping.id),
    kind: first(record, mapping.kind)?.toLowerCase() ?? 'human',
    name: readName(record, mapping),
    email: first(record, mapping.email),
    accounts: Object.fromEntries(accounts),
  };
}

function readName(record: SourceRecord, { names }: ResolvedMapping): string | undefined {
  return names
    .map((fields) => fields.flatMap((field) => first(record, field) ?? []).join(' '))
    .find((name) => name !== '');
}

/** The column or attribute that a key of an entry comes from. */
export function fieldOf(mapping: ResolvedMapping, [key, account]: readonly (string | number)[]): string | undefined {
  switch (key) {
    case 'id':
    case 'email':
    case 'team':
    case 'kind':
      return mapping[key] ?? undefined;
    case 'accounts':
      return mapping.accounts.get(String(account));
    default:
      return undefined;
  }
}
