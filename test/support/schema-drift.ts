import fc from 'fast-check';

type Path = readonly (string | number)[];

/** A document with one changed value. */
export interface DriftedDocument {
  readonly document: unknown;
  readonly path: Path;
  readonly change: 'deleted' | 'renamed' | 'retyped';
}

/** A document with one value removed, renamed or of another type, as vendors change their responses without notice. */
export function driftedDocument(document: unknown): fc.Arbitrary<DriftedDocument> {
  return fc.constantFrom(...pathsIn(document)).chain((path) => {
    const retyped = mistypedValues(valueAt(document, path)).map((value): DriftedDocument => {
      return { document: replaceAt(document, path, () => value), path, change: 'retyped' };
    });
    const key = path.at(-1);
    if (key === undefined) return fc.constantFrom(...retyped);
    const deleted: DriftedDocument = { document: replaceAt(document, path, () => undefined), path, change: 'deleted' };
    if (typeof key === 'number') return fc.constantFrom(deleted, ...retyped);
    const parent = path.slice(0, -1);
    const renamed = replaceAt(document, parent, (from) =>
      Object.fromEntries(
        Object.entries(from as object).map(([name, value]) => [name === key ? `x_${key}` : name, value]),
      ),
    );
    return fc.constantFrom(deleted, { document: renamed, path, change: 'renamed' as const }, ...retyped);
  });
}

/** Possible replacements of a value; those of the same type are outside of what the documents promise. */
function mistypedValues(value: unknown): readonly unknown[] {
  const others = [null, true, 0, -1, 1.5, 7, 3e9, 2 ** 53, 1e300, '', 'n/a', '9', [], {}, [value], { int: value }];
  return [...others, String(value)];
}

function pathsIn(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [[], ...entries.flatMap(([key, child]) => pathsIn(child).map((path) => [key, ...path]))];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** Copies a document with one value changed; undefined removes it. */
function replaceAt(value: unknown, path: Path, update: (from: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return update(value);
  const inner = replaceAt(valueAt(value, [key]), rest, update);
  if (!Array.isArray(value)) return { ...(value as object), [key]: inner };
  return inner === undefined && rest.length === 0 ? value.toSpliced(Number(key), 1) : value.with(Number(key), inner);
}
