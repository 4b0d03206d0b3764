import type { DirectoryFileSettings, DirectoryFormat } from './directory-file-settings.ts';
import type { SourceRecord } from './record-source.ts';

const PERSON_CLASSES = ['inetorgperson', 'person', 'user'];
/** Active Directory's computers are users, too. */
const COMPUTER_CLASS = 'computer';
/** The bit of Active Directory's `userAccountControl` that says that an account is disabled. */
const DISABLED_BIT = 2;

/** Returns whether a record is one of a person to take: as `where` says; of LDIF, those of active people. */
export function createRecordFilter(
  { where = {} }: Pick<DirectoryFileSettings, 'where'>,
  format: DirectoryFormat,
): (record: SourceRecord) => boolean {
  const conditions = Object.entries(where).map(([field, values]) => ({
    field,
    values: new Set([values].flat().map((value) => value.trim().toLowerCase())),
  }));
  const asksForClass = conditions.some(({ field }) => field.toLowerCase() === 'objectclass');
  return (record) =>
    (format !== 'ldif' || isActiveEntry(record)) &&
    (format !== 'ldif' || asksForClass || isPersonEntry(record)) &&
    conditions.every(({ field, values }) => record.values(field).some((value) => values.has(value.toLowerCase())));
}

function isActiveEntry(record: SourceRecord): boolean {
  const flags = Number(record.values('userAccountControl')[0] ?? 0);
  return (flags & DISABLED_BIT) === 0;
}

/** An export without the attribute is taken as one of people. */
function isPersonEntry(record: SourceRecord): boolean {
  const classes = record.values('objectClass').map((name) => name.toLowerCase());
  return (
    classes.length === 0 || (classes.some((name) => PERSON_CLASSES.includes(name)) && !classes.includes(COMPUTER_CLASS))
  );
}
