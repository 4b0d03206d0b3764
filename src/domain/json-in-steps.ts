/** The objects and lists that one step turns into text, in a few milliseconds. */
export const CONTAINERS_PER_STEP = 5000;

/**
 * Returns what `JSON.stringify` returns for a plain value, in steps: that of a response of many megabytes takes hundreds of
 * milliseconds. What takes one step costs one walk over its objects more. `end` follows the text.
 */
export function* stringifyInSteps(
  value: unknown,
  { containersPerStep = CONTAINERS_PER_STEP, end = '' } = {},
): Generator<undefined, string> {
  if (countContainers(value, containersPerStep) <= containersPerStep) return JSON.stringify(value) + end;
  const parts: string[] = [];
  yield* writeLarge(value as object, parts, containersPerStep);
  parts.push(end);
  yield;
  return parts.join('');
}

/** Writes a value of more than one step. */
function writeLarge(value: object, parts: string[], containersPerStep: number): Generator<undefined, void> {
  return Array.isArray(value)
    ? writeList(value, parts, containersPerStep)
    : writeObject(value as Readonly<Record<string, unknown>>, parts, containersPerStep);
}

/** Writes neighbours together, as many as one step takes. */
function* writeList(list: readonly unknown[], parts: string[], containersPerStep: number): Generator<undefined, void> {
  let [from, left] = [0, containersPerStep];
  const writeUntil = (to: number) => {
    if (to > from) parts.push(from > 0 ? ',' : '', JSON.stringify(list.slice(from, to)).slice(1, -1));
    from = to;
  };
  parts.push('[');
  for (const [index, item] of list.entries()) {
    const count = countContainers(item, containersPerStep);
    left -= count;
    if (left >= 0) continue;
    writeUntil(index);
    yield;
    left = containersPerStep - count;
    if (left >= 0) continue;
    parts.push(index > 0 ? ',' : '');
    yield* writeLarge(item as object, parts, containersPerStep);
    [from, left] = [index + 1, 0];
  }
  writeUntil(list.length);
  parts.push(']');
}

function* writeObject(
  object: Readonly<Record<string, unknown>>,
  parts: string[],
  containersPerStep: number,
): Generator<undefined, void> {
  let [separator, left] = ['{', containersPerStep];
  for (const key of Object.keys(object)) {
    const member = object[key];
    const count = countContainers(member, containersPerStep);
    left -= count;
    if (left < 0) yield;
    if (left < 0) left = containersPerStep - count;
    const isLarge = count > containersPerStep;
    const text = isLarge ? '' : (JSON.stringify(member) as string | undefined);
    // JSON has no undefined.
    if (text === undefined) continue;
    parts.push(separator, JSON.stringify(key), ':', text);
    if (isLarge) yield* writeLarge(member as object, parts, containersPerStep);
    separator = ',';
  }
  parts.push(separator === '{' ? '{}' : '}');
}

/** Counts the objects and lists of a value; stops soon above the limit. What writes its own JSON counts as one. */
function countContainers(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 1;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && count <= limit; index++)
      count += countContainers(value[index], limit - count);
    return count;
  }
  if ('toJSON' in value) return 1;
  for (const key in value) {
    count += countContainers((value as Readonly<Record<string, unknown>>)[key], limit - count);
    if (count > limit) break;
  }
  return count;
}

/** The characters that one step encodes, in a few milliseconds. */
export const CHARS_PER_STEP = 1024 * 1024;

/** Encodes a text as UTF-8, in steps. */
export function* encodeInSteps(text: string, charsPerStep = CHARS_PER_STEP): Generator<undefined, Buffer> {
  if (text.length <= charsPerStep) return Buffer.from(text);
  const parts: Buffer[] = [];
  for (let from = 0; from < text.length;) {
    if (from > 0) yield;
    const to = from + charsPerStep;
    // A pair of surrogates is one character in UTF-8.
    const end = isHighSurrogate(text.charCodeAt(to - 1)) && isLowSurrogate(text.charCodeAt(to)) ? to + 1 : to;
    parts.push(Buffer.from(text.slice(from, end)));
    from = end;
  }
  // Copied in steps, too: most of the time goes into memory that is touched for the first time.
  const bytes = Buffer.allocUnsafeSlow(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    yield;
    at += part.copy(bytes, at);
  }
  return bytes;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
