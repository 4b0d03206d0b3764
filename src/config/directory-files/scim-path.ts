export type JsonObject = Readonly<Record<string, unknown>>;

/** A parsed path of an attribute. */
interface ScimPath {
  /** The URN of the extension that it belongs to; null for an attribute of the resource itself. */
  readonly schema: string | null;
  readonly attribute: string;
  /** Of a list's elements, those to take. */
  readonly filter: { readonly attribute: string; readonly value: string } | null;
  readonly subAttribute: string | null;
}

const CORE_USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:user';
const PATH_PATTERN = /^(?:(urn:.*):)?([\w$-]+)(?:\[\s*([\w$-]+)\s+eq\s+"?([^"\]]*)"?\s*\])?(?:\.([\w$-]+))?$/i;

/**
 * Parses a path such as `name.formatted`, `emails[type eq "work"].value` or one that begins with the URN of an extension
 * (RFC 7644, section 3.10; of the filters, `eq` alone). Null for another text.
 */
function parseScimPath(path: string): ScimPath | null {
  const [, schema = null, attribute, filterAttribute, filterValue = '', subAttribute = null] =
    PATH_PATTERN.exec(path) ?? [];
  if (attribute === undefined) return null;
  return {
    schema: schema?.toLowerCase() === CORE_USER_SCHEMA ? null : schema,
    attribute,
    filter: filterAttribute === undefined ? null : { attribute: filterAttribute, value: filterValue },
    subAttribute,
  };
}

/** Returns a function that reads the values at a path; of a list, the primary one first. */
export function createScimReader(path: string): (resource: JsonObject) => readonly string[] {
  const parsed = parseScimPath(path);
  if (!parsed) return () => [];
  const { schema, attribute, filter, subAttribute } = parsed;
  return (resource) => {
    const container = schema === null ? resource : readAttribute(resource, schema);
    const value = readAttribute(container, attribute);
    const elements = Array.isArray(value) ? primaryFirst(value as readonly unknown[]) : [value];
    return elements
      .filter((element) => filter === null || isEqual(readAttribute(element, filter.attribute), filter.value))
      .map((element) =>
        toText(
          isObject(element) ? readAttribute(element, subAttribute ?? 'value') : subAttribute === null ? element : null,
        ),
      )
      .filter((text) => text !== '');
  };
}

function primaryFirst(elements: readonly unknown[]): readonly unknown[] {
  const isPrimary = (element: unknown) => readAttribute(element, 'primary') === true;
  return [...elements.filter(isPrimary), ...elements.filter((element) => !isPrimary(element))];
}

/** Attributes' names have no case (RFC 7643, section 2.1). */
function readAttribute(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name];
  const folded = name.toLowerCase();
  const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === folded);
  return key === undefined ? undefined : value[key];
}

function isEqual(value: unknown, text: string): boolean {
  return toText(value).toLowerCase() === text.toLowerCase();
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : '';
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
