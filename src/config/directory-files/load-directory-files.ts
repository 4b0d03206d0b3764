import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Team } from '../../domain/team.ts';
import { type ConfigIssue, type ConfigPath, formatPath } from '../config-error.ts';
import { withValue } from '../named-value.ts';
import { describeReadProblem } from '../read-problem.ts';
import { parseCsv } from './csv.ts';
import { decodeText } from './decode-text.ts';
import {
  DIRECTORY_FORMATS,
  directoryFileSchema,
  type DirectoryFileSettings,
  type DirectoryFormat,
} from './directory-file-settings.ts';
import { resolveMapping } from './field-mapping.ts';
import { createFileTeams, type FileTeams } from './file-teams.ts';
import { parseLdif } from './ldif.ts';
import { type Person, readPeople } from './read-people.ts';
import { createRecordFilter } from './record-filter.ts';
import type { LineProblem, RecordSource } from './record-source.ts';
import { parseScim } from './scim.ts';

/** A directory of a hundred thousand people is smaller. A larger file is another one, or never ends. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

export interface LoadedDirectoryFiles {
  /** In the order of the files; those that an entry of `agents` takes precedence over are among them. */
  readonly people: readonly Person[];
  /** The teams that the files name and the configuration does not list. */
  readonly teams: readonly Team[];
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  /** The paths of the files, also of those that cannot be read. */
  readonly files: readonly string[];
}

/** What other parts of the configuration say, as far as they are readable. */
const surroundingsSchema = z.object({
  directory: z.array(z.unknown()).catch([]),
  accounts: z.array(z.object({ name: z.string() }).catch({ name: '' })).catch([]),
  teams: z.array(z.object({ id: z.string(), name: z.string() }).catch({ id: '', name: '' })).catch([]),
});

const NOTHING: LoadedDirectoryFiles = { people: [], teams: [], issues: [], warnings: [], files: [] };

/** Reads the directory files that a configuration names, whatever else is wrong with it. */
export function loadDirectoryFiles(
  raw: unknown,
  folder: string,
  unknownPaths: ReadonlySet<string>,
): LoadedDirectoryFiles {
  const { data } = surroundingsSchema.safeParse(raw);
  if (!data || data.directory.length === 0) return NOTHING;
  const teams = createFileTeams(data.teams.filter(({ id }) => id !== ''));
  const accounts = data.accounts.map(({ name }) => name).filter((name) => name !== '');
  const entries = data.directory.flatMap((entry, index) => {
    const path = ['directory', index];
    const file = toDirectoryFile(entry, path);
    return file === null || unknownPaths.has(formatPath([...path, file.format])) ? [] : [file];
  });
  const loaded = entries.map((file) => loadFile(file, { folder, accounts, teams }));
  return {
    people: loaded.flatMap(({ people }) => people),
    teams: teams.created(),
    issues: loaded.flatMap(({ issues }) => issues),
    warnings: loaded.flatMap(({ warnings }) => warnings),
    files: entries.map(({ name }) => resolve(folder, name)),
  };
}

interface DirectoryFile {
  readonly settings: DirectoryFileSettings;
  readonly format: DirectoryFormat;
  /** As in the configuration. */
  readonly name: string;
  /** The path of its entry in the configuration. */
  readonly path: ConfigPath;
}

/** Null for an invalid entry. */
function toDirectoryFile(entry: unknown, path: ConfigPath): DirectoryFile | null {
  const { data: settings } = directoryFileSchema.safeParse(entry);
  const format = DIRECTORY_FORMATS.find((key) => settings?.[key] !== undefined);
  const name = format && settings?.[format];
  return settings && format && name !== undefined ? { settings, format, name, path } : null;
}

interface FileSurroundings {
  readonly folder: string;
  readonly accounts: readonly string[];
  readonly teams: FileTeams;
}

type LoadedFile = Pick<LoadedDirectoryFiles, 'people' | 'issues' | 'warnings'>;

function loadFile(directoryFile: DirectoryFile, { folder, accounts, teams }: FileSurroundings): LoadedFile {
  const { settings, format, name, path } = directoryFile;
  const fail = (issues: readonly ConfigIssue[]) => ({ people: [], issues, warnings: [] });
  const content = readContent(resolve(folder, name));
  if ('problem' in content) {
    return fail([{ path: [...path, format], message: withValue(content.problem, name) }]);
  }
  const file = isAbsolute(name) ? name : join(folder, name);
  const toIssue = ({ line, field, message }: LineProblem): ConfigIssue => ({
    path: field === undefined ? [] : [field],
    message,
    source: { file, line },
  });
  const decoded = decodeText(content.bytes, settings.encoding);
  if ('message' in decoded) return fail([toIssue(decoded)]);
  const source = parseFormat(decoded.text, directoryFile);
  const records = source.records.filter(createRecordFilter(settings, format));
  const { mapping, issues } = resolveMapping({ settings, format, source, records, file: name, accounts, path });
  const fileIssues = [...issues, ...source.problems.map(toIssue)];
  if (!mapping) return fail(fileIssues);
  const { people, problems } = readPeople({ records, mapping, teams, createsTeams: settings.createTeams, file });
  return {
    people,
    issues: [...fileIssues, ...problems.map(toIssue)],
    warnings: findGaps(people, problems.length > 0, name).map((message) => ({ path, message })),
  };
}

function readContent(path: string): { readonly bytes: Uint8Array } | { readonly problem: string } {
  try {
    const stats = statSync(path);
    if (!stats.isFile() && !stats.isDirectory()) return { problem: 'is not a file' };
    if (stats.size > MAX_FILE_BYTES) return { problem: `has more than ${MAX_FILE_BYTES} bytes` };
    return { bytes: readFileSync(path) };
  } catch (error) {
    return { problem: `cannot be read: ${describeReadProblem(error)}` };
  }
}

function parseFormat(text: string, { format, settings }: DirectoryFile): RecordSource {
  switch (format) {
    case 'csv':
      return parseCsv(text, settings.delimiter);
    case 'ldif':
      return parseLdif(text);
    case 'scim':
      return parseScim(text);
  }
}

/** What is valid but probably not meant. */
function findGaps(people: readonly Person[], hasProblems: boolean, name: string): readonly string[] {
  if (people.length === 0) return hasProblems ? [] : [withValue('has no people', name)];
  const unlinked = people.filter(({ entry }) => Object.keys(entry.accounts).length === 0).length;
  if (unlinked === 0) return [];
  return [
    `${unlinked} of ${people.length} people have no reference in an account; discovery finds them by e-mail address alone`,
  ];
}
