import { isUtf8 } from 'node:buffer';
import type { LineProblem, RecordSource, SourceRecord } from './record-source.ts';

/** A line without its folds. */
interface LogicalLine {
  readonly line: number;
  readonly text: string;
}

/** The values of an entry's attributes, by their names in lower case. */
type LdifEntry = ReadonlyMap<string, readonly string[]>;

/** What ldapsearch writes for itself between and after the entries. */
const RESULT_ATTRIBUTES = new Set(['search', 'result', 'ref']);

/** Reads the entries of LDIF (RFC 2849), whose lines end in `\n`. Attributes' names are compared without regard to case. */
export function parseLdif(text: string): RecordSource {
  const problems: LineProblem[] = [];
  const fields = new Map<string, string>();
  const report = (line: number, message: string, field?: string) => {
    problems.push({ line, message, ...(field !== undefined && { field }) });
  };
  const records = splitRecords(text).flatMap((lines): SourceRecord[] => {
    const entry = readEntry(lines, report, fields);
    if (!entry) return [];
    return [{ line: lines[0]?.line ?? 1, values: (field) => entry.get(field.toLowerCase()) ?? [] }];
  });
  return { records, problems, fields: [...fields.values()], hasField: (field) => fields.has(field.toLowerCase()) };
}

/** Splits at empty lines; unfolds lines; leaves out comments, which may be folded, too, and the version. */
function splitRecords(text: string): readonly (readonly LogicalLine[])[] {
  const records: LogicalLine[][] = [];
  let [record, parts, start]: [LogicalLine[], string[], number] = [[], [], 1];
  const endLine = () => {
    const joined = parts.join('');
    if (joined !== '' && !joined.startsWith('#')) record.push({ line: start, text: joined });
    parts = [];
  };
  const endRecord = () => {
    if (record.length > 0) records.push(record);
    record = [];
  };
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith(' ') && parts.length > 0) {
      parts.push(line.slice(1));
      continue;
    }
    endLine();
    if (line === '') endRecord();
    else [parts, start] = [[line], index + 1];
  }
  endLine();
  endRecord();
  const [first] = records;
  if (first && /^version:/i.test(first[0]?.text ?? '')) first.shift();
  return records.filter(({ length }) => length > 0);
}

type Report = (line: number, message: string, field?: string) => void;

/** Returns null for what is no entry of a person: a change, the outcome of a search, or one with a problem. */
function readEntry(lines: readonly LogicalLine[], report: Report, fields: Map<string, string>): LdifEntry | null {
  const [first] = lines;
  const attributes = lines.map((line) => ({ ...line, ...readAttribute(line.text) }));
  const name = attributes[0]?.name?.toLowerCase() ?? '';
  if (RESULT_ATTRIBUTES.has(name)) return null;
  if (name !== 'dn') {
    report(first?.line ?? 1, 'must begin with dn: (an empty line separates entries)');
    return null;
  }
  const entry = new Map<string, string[]>();
  for (const attribute of attributes) {
    if (attribute.name === undefined) {
      report(attribute.line, attribute.problem);
      return null;
    }
    const key = attribute.name.toLowerCase();
    if (key === 'changetype' && attribute.value?.toLowerCase() !== 'add') {
      report(attribute.line, 'is a change, not an entry; export the entries themselves', attribute.name);
      return null;
    }
    if (!fields.has(key)) fields.set(key, attribute.name);
    if (!attribute.value) continue;
    const values = entry.get(key);
    if (values) values.push(attribute.value);
    else entry.set(key, [attribute.value]);
  }
  return entry;
}

type LdifAttribute =
  /** The value is null where it is in another file, or no text, such as a photo. */
  { readonly name: string; readonly value: string | null } | { readonly name?: undefined; readonly problem: string };

const ATTRIBUTE_PATTERN = /^([A-Za-z\d][\w.-]*(?:;[\w-]+)*):(:|<|) *(.*)$/s;
const BASE64_PATTERN = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

function readAttribute(text: string): LdifAttribute {
  const [, name, form, value = ''] = ATTRIBUTE_PATTERN.exec(text) ?? [];
  if (name === undefined)
    return {
      problem:
        'must be an attribute and its value (name: value); a line that continues the previous one begins with a blank',
    };
  if (form === '<') return { name, value: null };
  if (form === '') return { name, value: value.trim() };
  const base64 = value.trimEnd();
  if (!BASE64_PATTERN.test(base64)) return { problem: `must be base64 after ${name}::` };
  const bytes = Buffer.from(base64, 'base64');
  return { name, value: isUtf8(bytes) ? bytes.toString('utf8').trim() : null };
}
