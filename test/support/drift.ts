import fc from 'fast-check';

type Path = readonly (string | number)[];

/** A document of which one place is not as it was. */
export interface Drifted {
  readonly document: unknown;
  readonly path: Path;
  readonly how: 'deleted' | 'renamed' | 'retyped';
}

/** A document with any one place gone, renamed or of another type, as vendors change their answers without a word. */
export function drifted(document: unknown): fc.Arbitrary<Drifted> {
  return fc.constantFrom(...placesIn(document)).chain((path) => {
    const retyped = otherTypesOf(at(document, path)).map((value): Drifted => {
      return { document: changed(document, path, () => value), path, how: 'retyped' };
    });
    const key = path.at(-1);
    if (key === undefined) return fc.constantFrom(...retyped);
    const deleted: Drifted = { document: changed(document, path, () => undefined), path, how: 'deleted' };
    if (typeof key === 'number') return fc.constantFrom(deleted, ...retyped);
    const parent = path.slice(0, -1);
    const renamed = changed(document, parent, (from) =>
      Object.fromEntries(
        Object.entries(from as object).map(([name, value]) => [name === key ? `x_${key}` : name, value]),
      ),
    );
    return fc.constantFrom(deleted, { document: renamed, path, how: 'renamed' as const }, ...retyped);
  });
}

/** What could stand in a value's place; at its own type, what no document promises. */
function otherTypesOf(value: unknown): readonly unknown[] {
  const others = [null, true, 0, -1, 1.5, 7, 3e9, 2 ** 53, 1e300, '', 'n/a', '9', [], {}, [value], { int: value }];
  return [...others, String(value)];
}

function placesIn(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [[], ...entries.flatMap(([key, one]) => placesIn(one).map((path) => [key, ...path]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** A copy with one place changed; undefined takes it out. */
function changed(value: unknown, path: Path, to: (from: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to(value);
  const inner = changed(at(value, [key]), rest, to);
  if (!Array.isArray(value)) return { ...(value as object), [key]: inner };
  return inner === undefined && rest.length === 0 ? value.toSpliced(Number(key), 1) : value.with(Number(key), inner);
}
