import { isUnionBranch } from '../../wire.ts';

/** A token of JSON text and its place. */
export interface JsonToken {
  readonly kind: 'string' | 'number' | 'list' | 'key' | 'other';
  /** The exact text. Space is a token too, so that all tokens together are the document. */
  readonly text: string;
  /** The innermost key around it that is a field and not an Avro branch, in lower case. */
  readonly field: string;
  /** The number of open brackets around it; an opening and its closing bracket have the same depth. */
  readonly depth: number;
}

const TOKEN_EXPRESSION = /("(?:[^"\\]|\\.)*")([ \t\r\n]*:)?|-?\d[\d.eE+-]*|[{}[\],]|[ \t\r\n]+|true|false|null/y;

/** A document with more tokens, of some hundred events, would hold the event loop for too long while it is learned. */
const MAX_TOKENS = 16 * 1024;

/** Splits a text that JSON.parse accepts into tokens; null for any other text, and beyond the limit. */
export function tokenize(text: string): readonly JsonToken[] | null {
  const token = new RegExp(TOKEN_EXPRESSION);
  const tokens: JsonToken[] = [];
  const fields = [''];
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match || tokens.length === MAX_TOKENS) return null;
    const [whole, string, colon] = match;
    if (colon !== undefined && string !== undefined) enterField(fields, string);
    if (whole === '}' || whole === ']') fields.pop();
    const field = fields.at(-1);
    if (field === undefined) return null;
    tokens.push({ kind: tokenKind(whole, string, colon), text: whole, field, depth: fields.length - 1 });
    if (whole === '{' || whole === '[') fields.push(field);
  }
  return tokens;
}

function enterField(fields: string[], key: string): void {
  const name = key.slice(1, -1);
  if (!isUnionBranch(name)) fields[fields.length - 1] = name.toLowerCase();
}

function tokenKind(whole: string, string: string | undefined, colon: string | undefined): JsonToken['kind'] {
  if (colon !== undefined) return 'key';
  if (string !== undefined) return 'string';
  return /^[-\d]/.test(whole) ? 'number' : 'other';
}

/** A half-open range of tokens. */
export interface TokenRange {
  readonly start: number;
  readonly end: number;
}

/** Finds the first array in a field, from a token on: the range between its brackets, and its records. */
export function findArray(
  tokens: readonly JsonToken[],
  field: string,
  from: number,
): (TokenRange & { readonly elements: readonly TokenRange[] }) | null {
  const open = tokens.findIndex((token, index) => index >= from && token.text === '[' && token.field === field);
  const depth = tokens[open]?.depth;
  if (depth === undefined) return null;
  const end = tokens.findIndex((token, index) => index > open && token.text === ']' && token.depth === depth);
  const elements: TokenRange[] = [];
  let start = open + 1;
  for (let index = start; index < end; index++) {
    if (tokens[index]?.depth !== depth + 1) continue;
    if (tokens[index]?.text === '{') start = index;
    if (tokens[index]?.text === '}') elements.push({ start, end: index + 1 });
  }
  return { start: open + 1, end, elements };
}
