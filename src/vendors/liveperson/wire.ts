import { z } from 'zod';

/** One file of the list. */
const fileEntrySchema = z.object({ '@href': z.string() });

/**
 * The answer to a list call, XML in JSON's clothes: `file` is an array, or one object where there is one, or missing where
 * there is none. `@id` is no help: in the vendor's own sample it names another account than the one asked for.
 * Source: https://developers.liveperson.com/data-access-api-methods-agent-activity.html
 */
export const fileListSchema = z.object({
  dataAccessFiles: z.object({
    file: z
      .union([z.array(fileEntrySchema), fileEntrySchema.transform((single) => [single])])
      .nullish()
      .transform((files) => files ?? []),
  }),
});

const RECORD_BRANCH_PREFIX = 'com.liveperson.dataaccess.';
const PRIMITIVE_BRANCHES: ReadonlySet<string> = new Set([
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
  'array',
  'map',
]);

/** Whether a key only says which branch of an Avro union its value is: `{"long": 9}`, `{"com.liveperson.…": {…}}`. */
export function isUnionBranch(key: string): boolean {
  return PRIMITIVE_BRANCHES.has(key) || key.startsWith(RECORD_BRANCH_PREFIX);
}

/**
 * A value without the wrapping that Avro's JSON encoding puts around unions. Some files wrap where others do not
 * (`metaData`, `recordCollection`), so every value is taken either way.
 */
export function unwrapUnion(node: unknown): unknown {
  let inner = node;
  while (isRecord(inner)) {
    const key = singleKey(inner);
    if (key === undefined || !isUnionBranch(key)) break;
    inner = inner[key];
  }
  return inner;
}

function singleKey(node: Readonly<Record<string, unknown>>): string | undefined {
  let only: string | undefined;
  // Most records are no wrapping and known as such by their second key: no list of keys is made for that.
  for (const key in node) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
}

export function isRecord(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** A field of a record, unwrapped; undefined where there is no record or no such field. */
export function getField(node: unknown, name: string): unknown {
  const inner = unwrapUnion(node);
  return isRecord(inner) ? unwrapUnion(inner[name]) : undefined;
}

/** A field that documents and files spell with different capitals. */
export function getFieldIgnoringCase(node: Readonly<Record<string, unknown>>, name: string): unknown {
  if (name in node) return unwrapUnion(node[name]);
  const key = Object.keys(node).find((other) => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : unwrapUnion(node[key]);
}
