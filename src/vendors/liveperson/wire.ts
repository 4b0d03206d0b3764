import { z } from 'zod';

/** The link of one file of the list; null for an entry without one, which costs no other entry. */
const fileEntrySchema = z
  .object({ '@href': z.string() })
  .transform((entry): string | null => entry['@href'])
  .catch(null);

/** An element without content, converted from XML: some converters write an empty text. */
const emptyElementSchema = z
  .union([z.literal(''), z.null()])
  .optional()
  .transform(() => []);

/** Whether another field than the link to the list itself may be the list of files, under another name. */
function hasAnotherList(others: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(others).some(([name, value]) => name !== 'link' && typeof value === 'object' && value !== null);
}

/**
 * The response to a list call, XML converted to JSON: `file` is an array, one object when there is one file, or empty without
 * files. `@id` is ignored: in the vendor's own sample it names another account than the requested one.
 * Source: https://developers.liveperson.com/data-access-api-methods-agent-activity.html
 */
export const fileListSchema = z.object({
  dataAccessFiles: z.union([
    z
      .looseObject({
        file: z.union([emptyElementSchema, z.array(fileEntrySchema), fileEntrySchema.transform((single) => [single])]),
      })
      .refine(({ file, ...others }) => file.length > 0 || !hasAnotherList(others))
      .transform(({ file }) => ({ file })),
    z.union([z.literal(''), z.null()]).transform(() => ({ file: [] })),
  ]),
});

export const RECORD_BRANCH_PREFIX = 'com.liveperson.dataaccess.';
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

/** Whether a key names the branch of an Avro union: `{"long": 9}`, `{"com.liveperson.…": {…}}`. */
export function isUnionBranch(key: string): boolean {
  return PRIMITIVE_BRANCHES.has(key) || key.startsWith(RECORD_BRANCH_PREFIX);
}

/**
 * Unwraps a value from the branches that Avro's JSON encoding puts around unions. Files differ in what they wrap (`metaData`,
 * `recordCollection`), so every value is accepted in both forms.
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
  // Most records have a second key and so are not wrappers; finding that needs no list of keys.
  for (const key in node) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
}

export function isRecord(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** Returns an unwrapped field of a record; undefined without a record or such a field. */
export function getField(node: unknown, name: string): unknown {
  const inner = unwrapUnion(node);
  return isRecord(inner) ? unwrapUnion(inner[name]) : undefined;
}

/** Returns a field whose case differs between the vendor's documents and its files. */
export function getFieldIgnoringCase(node: Readonly<Record<string, unknown>>, name: string): unknown {
  if (name in node) return unwrapUnion(node[name]);
  const key = Object.keys(node).find((other) => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : unwrapUnion(node[key]);
}
