// npm run release -- minor|major|patch|1.2.3 [--dry-run]
// Makes a release of the current commit: moves the notes in CHANGELOG.md from "Unreleased" to the version, sets the version in
// package.json and package-lock.json, keeps the schema for `npm run schema:check`, commits, and tags. It pushes nothing. --dry-run prints the changelog instead.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nextVersion, releaseChangelog } from './release/changelog.ts';
import { compareSchemas } from './schema/compare-schemas.ts';
import {
  readCurrentSchema,
  readReleasedSchema,
  RELEASED_SCHEMA_FILE,
  writeReleasedSchema,
} from './schema/schema-files.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean' } } });

try {
  release(positionals[0] ?? '', values['dry-run'] ?? false);
} catch (error) {
  console.error(`No release was made. ${(error as Error).message}`);
  process.exitCode = 1;
}

function release(wanted: string, isDryRun: boolean): void {
  const { version: current } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
  const version = nextVersion(current, wanted);
  const tag = `v${version}`;
  const changelog = releaseChangelog(
    readFileSync('CHANGELOG.md', 'utf8'),
    version,
    new Date().toISOString().slice(0, 10),
  );
  const { problem } = compareSchemas(readReleasedSchema(), readCurrentSchema());
  if (problem !== null) throw new Error(problem);
  if (git('tag', '--list', tag) !== '') throw new Error(`The tag ${tag} exists already.`);
  if (isDryRun) {
    console.log(`Would release ${tag} with this CHANGELOG.md:\n\n${changelog}`);
    return;
  }
  if (git('status', '--porcelain') !== '') throw new Error('The working tree has changes: commit or stash them first.');
  writeFileSync('CHANGELOG.md', changelog);
  // What schema:check compares with until the next release.
  writeReleasedSchema();
  // Changes package.json and package-lock.json only; the commit and the tag hold the changelog, too.
  npm('version', version, '--no-git-tag-version', '--allow-same-version');
  git(
    'commit',
    '--quiet',
    '--message',
    `chore(release): ${version}`,
    'CHANGELOG.md',
    'package.json',
    'package-lock.json',
    RELEASED_SCHEMA_FILE,
  );
  git('tag', '--annotate', tag, '--message', `Switchboard ${version}`);
  console.log(`Released ${tag} here. Publish it with: git push --follow-tags`);
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
