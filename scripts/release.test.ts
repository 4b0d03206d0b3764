import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { type CheckoutCopy, copyCheckout } from '../test/support/checkout-copy.ts';

jest.setTimeout(120_000);

const run = promisify(execFile);
const BREAKING = /breaking change needs a new major version/;

let checkout: CheckoutCopy;
beforeAll(async () => {
  checkout = await copyCheckout();
  await git('init', '--quiet');
  await git('config', 'user.name', 'Test');
  await git('config', 'user.email', 'test@example.com');
  await write('package.json', (text) => text.replace(/"version": ".*"/, '"version": "1.4.2"'));
  await write('packages/client/package.json', (text) => text.replace(/"version": ".*"/, '"version": "1.4.0"'));
  await write('packages/client/released-schema.graphql', (text) => text.replace(/version \S+ of/, 'version 1.4.0 of'));
  await write(
    'CHANGELOG.md',
    () => '# Changelog\n\n## [Unreleased]\n\n- Teams.\n\n## [1.4.2] - 2026-12-01\n\n- Bots.\n',
  );
  await commit();
  await git('tag', 'start');
});
afterEach(async () => {
  await git('reset', '--quiet', '--hard', 'start');
  await git('clean', '--quiet', '--force');
  for (const tag of (await git('tag', '--list', 'v*')).split('\n')) if (tag !== '') await git('tag', '--delete', tag);
});
afterAll(() => checkout.remove());

async function git(...args: readonly string[]): Promise<string> {
  return (await run('git', args, { cwd: checkout.path() })).stdout.trim();
}
async function commit(): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'change');
}
function read(file: string): Promise<string> {
  return readFile(checkout.path(file), 'utf8');
}
async function write(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(checkout.path(file), change(await read(file)));
}
async function versionIn(file: string): Promise<unknown> {
  return (JSON.parse(await read(file)) as { readonly version: unknown }).version;
}
function release(...args: readonly string[]) {
  return checkout.runScript('release', ...args);
}

test('releases a minor version: changelog, versions, schema, commit and tag; then there is nothing to release', async () => {
  const { ok, output } = await release('minor');
  expect([ok, output]).toEqual([true, expect.stringMatching(/^Released v1\.5\.0 in this checkout\.\n\nNext, /)]);
  const files = ['package.json', 'package-lock.json', 'packages/client/package.json'];
  expect(await Promise.all(files.map(versionIn))).toEqual(files.map(() => '1.5.0'));
  expect(await read('CHANGELOG.md')).toMatch(/## \[Unreleased\]\n\n## \[1\.5\.0\] - \d{4}-\d\d-\d\d\n\n- Teams\.\n/);
  expect(await read('packages/client/released-schema.graphql')).toMatch(/^# The schema of version 1\.5\.0 of/);
  expect(await git('status', '--porcelain')).toBe('');
  expect(await git('log', '-1', '--format=%s %D')).toMatch(/^chore\(release\): 1\.5\.0 .*tag: v1\.5\.0/);
  expect(await release('patch')).toEqual({
    ok: false,
    output: 'No release was made. CHANGELOG.md has nothing under "## [Unreleased]".\n',
  });
});

test('refuses a breaking change of the schema without a major version', async () => {
  await write('schema/account.graphql', (text) => text.replace(/^ {2}"[^"]*"\n {2}lastError: String\n/m, ''));
  await commit();
  const refused = await release('minor');
  expect(refused).toEqual({ ok: false, output: expect.stringMatching(BREAKING) });
  expect(refused.output).toContain('Account.lastError was removed');
  expect(await git('status', '--porcelain')).toBe('');
  expect((await release('major', '--dry-run')).output).toContain('Would release v2.0.0.');
});

test('changes nothing in a dry run, and refuses a tree with changes otherwise', async () => {
  await writeFile(checkout.path('new.txt'), '');
  expect((await release('patch', '--dry-run')).output).toContain('Would release v1.4.3.');
  expect(await git('status', '--porcelain')).toBe('?? new.txt');
  expect(await release('patch')).toEqual({
    ok: false,
    output: 'No release was made. The working tree has changes: commit or remove them first.\n',
  });
});

test.each([
  [[], 'is not major, minor, patch or a version such as 1.2.3'],
  [['1.4.1'], 'is earlier than the present version 1.4.2'],
  [['--unknown'], "Unknown option '--unknown'"],
])('refuses the arguments %j', async (args, message) => {
  expect(await release(...args)).toEqual({ ok: false, output: expect.stringContaining(message) });
});
