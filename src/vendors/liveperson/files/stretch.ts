import { NAME_FIELDS, NUMBER_FIELDS, PROFILES_FIELD, type RawEvent } from './activity.ts';
import type { Token } from './tokens.ts';

/** A stretch of a document in which only values may differ, and what its values tell. */
export interface Stretch<T> {
  /** Sticky: it matches where its `lastIndex` stands, and leaves that behind the match. */
  readonly expression: RegExp;
  readonly tell: (found: RegExpExecArray) => T;
}

export type Field = Exclude<keyof RawEvent, 'names'> | keyof typeof NAME_FIELDS | 'accountId' | 'sessionId';

/** Which group of an expression holds a field; 0 where none does, because the stretch lacks the field or has it as null. */
export type Groups = Readonly<Record<Field, number>>;

interface Wanted {
  readonly field: Field;
  readonly kind: Token['kind'];
}

/** What is read of a document, by the names of its fields in lower case. */
const WANTED: ReadonlyMap<string, Wanted> = new Map([
  ...wanted(NUMBER_FIELDS, 'number'),
  ...wanted(NAME_FIELDS, 'string'),
  ...wanted({ accountId: 'accountId', sessionId: 'agentSessionId' }, 'string'),
  ...wanted({ profileIds: PROFILES_FIELD }, 'list'),
]);

function wanted(names: Readonly<Record<string, string>>, kind: Token['kind']): readonly [string, Wanted][] {
  return Object.entries(names).map(([field, name]) => [name.toLowerCase(), { field: field as Field, kind }]);
}

/** The engine refuses an expression of some hundred thousand characters, and only when it is used. A form has a thousand or two. */
const LONGEST_EXPRESSION = 32 * 1024;

/** What stands before, in and behind a value that may differ. Values in any other form are part of the text that must be the same. */
const PATTERNS: Readonly<Partial<Record<Token['kind'], readonly [before: string, value: string, behind: string]>>> = {
  string: ['"', '[^"\\\\\\x00-\\x1f]*', '"'],
  number: ['', '-?[1-9]\\d*|0', ''],
  list: ['\\[', '[-\\d, \\t\\r\\n]*', '\\]'],
};

/**
 * The stretch that these tokens are an example of. Strings with escapes and numbers with fractions never match, and so are
 * left to a parser. Null when the example itself holds one, holds a field twice or in another form than expected, or is long.
 */
export function createStretch<T>(
  tokens: readonly Token[],
  teller: (groups: Groups) => (found: RegExpExecArray) => T,
): Stretch<T> | null {
  const groups = Object.fromEntries([...WANTED.values()].map(({ field }) => [field, 0])) as Record<Field, number>;
  let source = '';
  let count = 0;
  for (const token of withLists(tokens)) {
    const pattern = PATTERNS[token.kind];
    if (pattern === undefined) {
      source += RegExp.escape(token.text);
      continue;
    }
    const [before, value, behind] = pattern;
    if (!new RegExp(`^${before}(?:${value})${behind}$`).test(token.text)) return null;
    const want = WANTED.get(token.field);
    if (want && (want.kind !== token.kind || groups[want.field] !== 0)) return null;
    if (want) groups[want.field] = count += 1;
    source += `${before}(${want ? '' : '?:'}${value})${behind}`;
  }
  if (source.length > LONGEST_EXPRESSION) return null;
  return { expression: new RegExp(source, 'y'), tell: teller(groups) };
}

/** The tokens of a list of profiles made one. */
function withLists(tokens: readonly Token[]): readonly Token[] {
  const folded: Token[] = [];
  let list: Token | null = null;
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
