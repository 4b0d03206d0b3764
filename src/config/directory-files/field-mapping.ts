import { findClosestName, toLetters } from '../closest-name.ts';
import type { ConfigIssue, ConfigPath } from '../config-error.ts';
import { withSuggestion, withValue } from '../named-value.ts';
import type { DirectoryFileSettings, DirectoryFormat } from './directory-file-settings.ts';
import type { RecordSource, SourceRecord } from './record-source.ts';

const UNKNOWN_ACCOUNT_MESSAGE = 'is not the name of a configured account';

/** Which fields of a file's records have what. */
export interface ResolvedMapping {
  readonly id: string;
  /** The first that a record has; each a list of fields whose values are joined. */
  readonly names: readonly (readonly string[])[];
  readonly email: string | null;
  readonly team: string | null;
  readonly kind: string | null;
  /** By account. */
  readonly accounts: ReadonlyMap<string, string>;
}

type SingleField = 'id' | 'email' | 'team' | 'kind';
/** The first that the file has is taken. */
type DefaultFields = Readonly<Record<SingleField, readonly string[]>> & {
  readonly names: readonly (readonly string[])[];
};

const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const DEFAULT_FIELDS: Readonly<Record<DirectoryFormat, DefaultFields>> = {
  csv: {
    id: ['id', 'employee id', 'employee number', 'employee no', 'person id', 'worker id', 'user id', 'username'],
    names: [
      ['name'],
      ['full name'],
      ['display name'],
      ['employee name'],
      ['first name', 'last name'],
      ['given name', 'family name'],
      ['given name', 'surname'],
    ],
    email: ['email', 'mail', 'email address', 'work email', 'primary email'],
    team: ['team', 'department'],
    kind: ['kind'],
  },
  ldif: {
    id: ['uid', 'sAMAccountName', 'employeeNumber'],
    names: [['displayName'], ['cn']],
    email: ['mail'],
    team: ['department', 'departmentNumber'],
    kind: [],
  },
  scim: {
    id: [`${ENTERPRISE_USER}:employeeNumber`, 'id', 'userName'],
    names: [['displayName'], ['name.formatted'], ['name.givenName', 'name.familyName']],
    email: ['emails'],
    team: [`${ENTERPRISE_USER}:department`],
    kind: [],
  },
};

export interface MappingOptions {
  readonly settings: DirectoryFileSettings;
  readonly format: DirectoryFormat;
  readonly source: RecordSource;
  /** Those of the people to take. */
  readonly records: readonly SourceRecord[];
  /** The name of the file, as in the configuration. */
  readonly file: string;
  /** The names of all vendor accounts. */
  readonly accounts: readonly string[];
  /** The path of the file's entry in the configuration. */
  readonly path: ConfigPath;
}

/** Finds the fields of a file: those that the configuration names, and defaults for the rest. */
export function resolveMapping(options: MappingOptions): {
  /** Absent where there are issues. */
  readonly mapping?: ResolvedMapping;
  readonly issues: readonly ConfigIssue[];
} {
  const { settings, format, source, records, file, path } = options;
  const key = format === 'csv' ? 'columns' : 'attributes';
  const configured = settings[key] ?? {};
  const findDefault = createDefaultFinder(options);
  const defaults = DEFAULT_FIELDS[format];
  const id = configured.id ?? findDefault(defaults.id);
  const mapping = {
    id: id ?? '',
    names: configured.name === undefined ? findDefaultNames(defaults.names, findDefault) : [[configured.name].flat()],
    email: configured.email ?? findDefault(defaults.email),
    team: configured.team ?? findDefault(defaults.team),
    kind: configured.kind ?? findDefault(defaults.kind),
    accounts: new Map([
      ...findDefaultAccounts(options).map((account) => [account, account] as const),
      ...Object.entries(configured.accounts ?? {}),
    ]),
  };
  const issues = [...findFieldIssues(options, key), ...findAccountIssues(options, key)];
  if (id === null && records.length > 0) {
    const noun = format === 'csv' ? 'column' : 'attribute';
    issues.push({ path, message: withValue(`no ${noun} is known to have people’s ids: name it as ${key}.id`, file) });
  }
  for (const field of listFields(mapping)) {
    if (!source.ambiguousFields?.has(field)) continue;
    issues.push({ path, message: withValue(`several columns of ${file} have the name`, field) });
  }
  return issues.length > 0 ? { issues } : { mapping, issues };
}

function listFields({ id, names, email, team, kind, accounts }: ResolvedMapping): ReadonlySet<string> {
  const fields = [id, ...names.flat(), email, team, kind, ...accounts.values()];
  return new Set(fields.filter((field) => field !== null));
}

/** The accounts that a column of CSV has the name of; an attribute of the other formats has its own meaning. */
function findDefaultAccounts({ format, accounts, source }: MappingOptions): readonly string[] {
  return format === 'csv' ? accounts.filter((account) => source.hasField(account)) : [];
}

type DefaultFinder = (fields: readonly string[]) => string | null;

/** Columns of CSV are found in any spelling: `E-mail` and `EMAIL` for `email`. */
function createDefaultFinder({ source, records, format }: MappingOptions): DefaultFinder {
  if (format !== 'csv') {
    const isUsed = (field: string) => records.some(({ values }) => values(field).length > 0);
    return (fields) => fields.find(isUsed) ?? null;
  }
  const spellings = new Map(source.fields.toReversed().map((field) => [toLetters(field), field]));
  return (fields) =>
    fields.map((field) => spellings.get(toLetters(field))).find((field) => field !== undefined) ?? null;
}

function findDefaultNames(
  alternatives: readonly (readonly string[])[],
  findDefault: DefaultFinder,
): readonly (readonly string[])[] {
  return alternatives
    .map((fields) => fields.map((field) => findDefault([field])))
    .filter((fields): fields is string[] => !fields.includes(null));
}

/** A field that the configuration names, and where. */
interface NamedField {
  readonly path: ConfigPath;
  readonly field: string;
}

function listNamedFields({ settings, path }: MappingOptions, key: 'columns' | 'attributes'): readonly NamedField[] {
  const { accounts = {}, ...personFields } = settings[key] ?? {};
  return [
    ...Object.entries(personFields).flatMap(([name, fields = []]) =>
      [fields].flat().map((field) => ({ path: [...path, key, name], field })),
    ),
    ...Object.entries(accounts).map(([name, field]) => ({ path: [...path, key, 'accounts', name], field })),
    ...Object.keys(settings.where ?? {}).map((field) => ({ path: [...path, 'where', field], field })),
  ];
}

/** A field that no record has is probably misspelt. Of a file without records, nothing is known. */
function findFieldIssues(options: MappingOptions, key: 'columns' | 'attributes'): readonly ConfigIssue[] {
  const { source, format, file } = options;
  const noun = format === 'csv' ? 'column' : 'attribute';
  return listNamedFields(options, key).flatMap(({ path, field }) => {
    if (source.fields.length === 0 || source.hasField(field)) return [];
    const message = withValue(`is no ${noun} of ${file}`, field);
    return [{ path, message: withSuggestion(message, findClosestName(field, source.fields)) }];
  });
}

function findAccountIssues(
  { settings, accounts, path }: MappingOptions,
  key: 'columns' | 'attributes',
): readonly ConfigIssue[] {
  if (accounts.some((name) => name.includes('${'))) return [];
  return Object.keys(settings[key]?.accounts ?? {})
    .filter((name) => !accounts.includes(name))
    .map((name) => ({ path: [...path, key, 'accounts', name], message: UNKNOWN_ACCOUNT_MESSAGE }));
}
