import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

// npm compares `engines` with the machine's Node and only warns. Everything runs on the Node that package.json pins, and a
// package that does not accept that one fails here: docs/decisions/0015-engines-are-checked-against-the-pinned-node.md.

const ROOT = join(import.meta.dirname, '../..');
const { satisfies } = createRequire(import.meta.url)('semver') as {
  readonly satisfies: (version: string, range: string) => boolean;
};

interface LockedPackage {
  readonly engines?: Readonly<Record<string, string>>;
  readonly deprecated?: string;
}
type Locked = Readonly<Record<string, LockedPackage>>;

interface Manifest {
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(ROOT, path), 'utf8')) as T;
}

async function lockedPackages(folder: string): Promise<Locked> {
  return (await readJson<{ readonly packages: Locked }>(join(folder, 'package-lock.json'))).packages;
}

async function pinnedNode(): Promise<string> {
  const { optionalDependencies } = await readJson<Manifest>('package.json');
  const versions = new Set(Object.values(optionalDependencies));
  expect([...versions]).toHaveLength(1);
  return [...versions].join();
}

function rejecting(node: string, packages: Locked): readonly string[] {
  return Object.entries(packages)
    .filter(([, { engines }]) => engines?.node !== undefined && !satisfies(node, engines.node))
    .map(([path, { engines }]) => `${path} needs Node ${engines?.node}`);
}

const FOLDERS = ['.', 'src/graphiql', 'src/wallboard', 'scripts/mutation'];

test.each(FOLDERS)('every package in the lock file of %s accepts the pinned Node', async (folder) => {
  expect(rejecting(await pinnedNode(), await lockedPackages(folder))).toEqual([]);
});

test.each(FOLDERS)('no package in the lock file of %s is deprecated', async (folder) => {
  const deprecated = Object.entries(await lockedPackages(folder)).filter(
    ([, locked]) => locked.deprecated !== undefined,
  );
  expect(deprecated).toEqual([]);
});

test('a package that rejects the pinned Node is reported', () => {
  const packages = {
    'node_modules/a': { engines: { node: '>=27' } },
    'node_modules/b': { engines: { node: '^20 || >=22' } },
  };
  expect(rejecting('26.10.0', packages)).toEqual(['node_modules/a needs Node >=27']);
});

test('.node-version names the pinned Node', async () => {
  expect((await readFile(join(ROOT, '.node-version'), 'utf8')).trim()).toBe(await pinnedNode());
});
