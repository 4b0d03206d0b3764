const TOKEN_PATTERN =
  // eslint-disable-next-line no-control-regex -- JSON's texts contain none of these characters
  /[ \t\n\r]*("(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null|[{}[\],:])/y;

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'separator';

/** Where a text stops being JSON, and where its objects begin. */
export interface JsonScan {
  /** Null for valid JSON. */
  readonly errorOffset: number | null;
  /** The offsets of all objects, by how many objects and lists are around them. */
  readonly objectOffsets: readonly (readonly number[])[];
}

/** Finds the positions that `JSON.parse` does not report. It takes several times as long, so it is for messages only. */
export function scanJson(text: string): JsonScan {
  const objectOffsets: number[][] = [];
  const stack: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let position = 0;
  const fail = (errorOffset: number): JsonScan => ({ errorOffset, objectOffsets });
  while (stack.length > 0 || expected === 'value') {
    TOKEN_PATTERN.lastIndex = position;
    const token = TOKEN_PATTERN.exec(text)?.[1];
    if (token === undefined) return fail(skipBlanks(text, position));
    const start = TOKEN_PATTERN.lastIndex - token.length;
    const next = advance(token, expected, stack);
    if (next === null) return fail(start);
    if (token === '{') (objectOffsets[stack.length - 1] ??= []).push(start);
    expected = next;
    position = TOKEN_PATTERN.lastIndex;
  }
  const end = skipBlanks(text, position);
  return end < text.length ? fail(end) : { errorOffset: null, objectOffsets };
}

function skipBlanks(text: string, position: number): number {
  return position + (/^[ \t\n\r]*/.exec(text.slice(position))?.[0].length ?? 0);
}

/** Returns what may follow the token; null where it may not stand. */
function advance(token: string, expected: Expected, stack: ('{' | '[')[]): Expected | null {
  const container = stack.at(-1);
  if (token === '}' || token === ']') {
    const isClosing = expected === 'separator' || expected === (token === '}' ? 'first key' : 'first value');
    if (!isClosing || container !== (token === '}' ? '{' : '[')) return null;
    stack.pop();
    return 'separator';
  }
  switch (expected) {
    case 'separator':
      return token === ',' ? (container === '{' ? 'key' : 'value') : null;
    case 'colon':
      return token === ':' ? 'value' : null;
    case 'key':
    case 'first key':
      return token.startsWith('"') ? 'colon' : null;
    default:
      if (token === ',' || token === ':') return null;
      if (token !== '{' && token !== '[') return 'separator';
      stack.push(token);
      return token === '{' ? 'first key' : 'first value';
  }
}
