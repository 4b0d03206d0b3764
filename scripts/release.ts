// npm run release -- minor|major|patch|1.2.3 [--dry-run]
// Makes a release of the current commit: moves the notes in CHANGELOG.md from "Unreleased" to the version, sets the version in
// package.json, package-lock.json and packages/client/package.json, keeps the schema for `npm run schema:check`, commits, and tags.
// It pushes and publishes nothing, and prints what is left to do. --dry-run prints all this instead, and changes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nextVersion, releaseChangelog } from './release/changelog.ts';
import { formatNextSteps } from './release/next-steps.ts';
import { assertNotLater, readVersion, setVersion } from './release/versions.ts';
import { compareSchemas } from './schema/compare-schemas.ts';
import {
  readCurrentSchema,
  readReleasedSchema,
  RELEASED_SCHEMA_FILE,
  writeReleasedSchema,
} from './schema/schema-files.ts';

const CLIENT_PACKAGE = 'packages/client/package.json';
const CHANGED_FILES = ['CHANGELOG.md', 'package.json', 'package-lock.json', CLIENT_PACKAGE, RELEASED_SCHEMA_FILE];

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean' } } });
  release(positionals[0] ?? '', values['dry-run'] ?? false);
} catch (error) {
  console.error(`No release was made. ${(error as Error).message}`);
  process.exitCode = 1;
}

function release(wanted: string, isDryRun: boolean): void {
  const version = nextVersion(readVersion(readFileSync('package.json', 'utf8')), wanted);
  const changelog = releaseChangelog(
    readFileSync('CHANGELOG.md', 'utf8'),
    version,
    new Date().toISOString().slice(0, 10),
  );
  assertReleasable(version);
  if (isDryRun) {
    console.log(`Would release v${version}.\n\n${formatNextSteps(version)}\n\nCHANGELOG.md would be:\n\n${changelog}`);
    return;
  }
  if (git('status', '--porcelain') !== '')
    throw new Error('The working tree has changes: commit or remove them first.');
  writeFileSync('CHANGELOG.md', changelog);
  // Changes package.json and package-lock.json only; the commit and the tag hold the other files, too.
  npm('version', version, '--no-git-tag-version', '--allow-same-version');
  writeFileSync(CLIENT_PACKAGE, setVersion(readFileSync(CLIENT_PACKAGE, 'utf8'), version));
  // What schema:check compares with until the next release.
  writeReleasedSchema();
  git('commit', '--quiet', '--message', `chore(release): ${version}`, ...CHANGED_FILES);
  git('tag', '--annotate', `v${version}`, '--message', `Switchboard ${version}`);
  console.log(`Released v${version} in this checkout.\n\n${formatNextSteps(version)}`);
}

/** The gateway and its client have one version, so that a client knows which schema its gateway has at least. */
function assertReleasable(version: string): void {
  const current = readCurrentSchema();
  assertNotLater(current.version, version, CLIENT_PACKAGE);
  const { problem, breaking } = compareSchemas(readReleasedSchema(), { ...current, version });
  if (problem !== null) throw new Error([problem, ...breaking].join('\n  '));
  const tag = `v${version}`;
  if (git('tag', '--list', tag) !== '') throw new Error(`The tag ${tag} exists already.`);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

function npm(...args: readonly string[]): void {
  const script = process.env.npm_execpath;
  execFileSync(script ? process.execPath : 'npm', script ? [script, ...args] : args, {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
