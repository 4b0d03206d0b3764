import { NAME_FIELDS, NUMBER_FIELDS, PROFILES_FIELD, type RawEvent } from '../activity.ts';
import type { JsonToken } from './tokens.ts';

/** A run of tokens in which only the values may differ, and the extraction of these values. */
export interface TokenPattern<T> {
  /** Sticky: it matches at its `lastIndex` and moves that to the end of the match. */
  readonly expression: RegExp;
  readonly extract: (match: RegExpExecArray) => T;
}

export type ActivityField = Exclude<keyof RawEvent, 'names'> | keyof typeof NAME_FIELDS | 'accountId' | 'sessionId';

/** The capture group of each field; 0 without one, because the run lacks the field or has null. */
export type CaptureGroups = Readonly<Record<ActivityField, number>>;

interface WantedField {
  readonly field: ActivityField;
  readonly kind: JsonToken['kind'];
}

/** The fields that are read, by their names in lower case. */
const WANTED_FIELDS: ReadonlyMap<string, WantedField> = new Map([
  ...toWantedEntries(NUMBER_FIELDS, 'number'),
  ...toWantedEntries(NAME_FIELDS, 'string'),
  ...toWantedEntries({ accountId: 'accountId', sessionId: 'agentSessionId' }, 'string'),
  ...toWantedEntries({ profileIds: PROFILES_FIELD }, 'list'),
]);

function toWantedEntries(
  names: Readonly<Record<string, string>>,
  kind: JsonToken['kind'],
): readonly [string, WantedField][] {
  return Object.entries(names).map(([field, name]) => [name.toLowerCase(), { field: field as ActivityField, kind }]);
}

/** The engine rejects an expression of some hundred thousand characters, and only on use. A form has one or two thousand. */
const MAX_EXPRESSION_CHARS = 32 * 1024;

/** The text before, in and after a value that may differ. Values of other kinds are part of the fixed text. */
const VALUE_PATTERNS: Readonly<
  Partial<Record<JsonToken['kind'], readonly [before: string, value: string, after: string]>>
> = {
  string: ['"', '[^"\\\\\\x00-\\x1f]*', '"'],
  number: ['', '-?[1-9]\\d*|0', ''],
  list: ['\\[', '[-\\d, \\t\\r\\n]*', '\\]'],
};

/**
 * Creates the pattern of example tokens. Strings with escapes and numbers with fractions never match, so the parser reads them.
 * Null when the example itself has one of these, has a field twice or in an unexpected form, or is too long.
 */
export function createTokenPattern<T>(
  tokens: readonly JsonToken[],
  createExtract: (groups: CaptureGroups) => (match: RegExpExecArray) => T,
): TokenPattern<T> | null {
  const groups = Object.fromEntries([...WANTED_FIELDS.values()].map(({ field }) => [field, 0])) as Record<
    ActivityField,
    number
  >;
  let source = '';
  let count = 0;
  for (const token of foldLists(tokens)) {
    const pattern = VALUE_PATTERNS[token.kind];
    if (pattern === undefined) {
      source += RegExp.escape(token.text);
      continue;
    }
    const [before, value, after] = pattern;
    if (!new RegExp(`^${before}(?:${value})${after}$`).test(token.text)) return null;
    const wantedField = WANTED_FIELDS.get(token.field);
    if (wantedField && (wantedField.kind !== token.kind || groups[wantedField.field] !== 0)) return null;
    if (wantedField) groups[wantedField.field] = count += 1;
    source += `${before}(${wantedField ? '' : '?:'}${value})${after}`;
  }
  if (source.length > MAX_EXPRESSION_CHARS) return null;
  return { expression: new RegExp(source, 'y'), extract: createExtract(groups) };
}

/** Joins the tokens of a list of profiles into one. */
function foldLists(tokens: readonly JsonToken[]): readonly JsonToken[] {
  const folded: JsonToken[] = [];
  let list: JsonToken | null = null;
  for (const token of tokens) {
    if (list === null && token.text === '[' && token.field === PROFILES_FIELD.toLowerCase())
      list = { ...token, kind: 'list', text: '' };
    if (list === null) folded.push(token);
    else list = { ...list, text: list.text + token.text };
    if (list !== null && token.text === ']') {
      folded.push(list);
      list = null;
    }
  }
  return folded;
}
