import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { errorLines } from '../../test/support/config-harness.ts';
import { checkCachePath } from './cache-path.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'path-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

function messagesOf(path: string): readonly string[] {
  return checkCachePath({ cache: { path } }, folder).issues.map(({ message }) => message.replace(/\p{Cn}/gu, ''));
}

test('returns the absolute path of a file that may not exist yet, and creates none', () => {
  expect(checkCachePath({ cache: { path: 'cache.db' } }, folder)).toEqual({
    path: join(folder, 'cache.db'),
    issues: [],
  });
  expect(existsSync(join(folder, 'cache.db'))).toBe(false);
  writeFileSync(join(folder, 'cache.db'), 'anything');
  expect(messagesOf(join(folder, 'cache.db'))).toEqual([]);
  expect(readFileSync(join(folder, 'cache.db'), 'utf8')).toBe('anything');
});

test.each([undefined, null, 'text', { cache: {} }, { cache: { path: 7 } }, { cache: { path: '' } }])(
  'checks nothing where no file is named: %j',
  (raw) => {
    expect(checkCachePath(raw, folder)).toEqual({ issues: [] });
  },
);

test('names a missing folder, and a folder in place of the file', () => {
  mkdirSync(join(folder, 'cache.db'));
  writeFileSync(join(folder, 'file'), '');
  const noFolder = 'must name a file in a folder that exists';
  expect(messagesOf('missing/cache.db')).toEqual([`${noFolder}: missing/cache.db`]);
  expect(messagesOf('file/cache.db')).toEqual([`${noFolder}: file/cache.db`]);
  expect(messagesOf('cache.db')).toEqual(['must name a file, not a folder: cache.db']);
});

const COMMAND = new URL('../cli/switchboard.mjs', import.meta.url).pathname;
/** A superuser may write everywhere. */
const ORDINARY_USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

function checkAsOrdinaryUser(path: string, ...args: readonly string[]): string {
  const file = join(folder, 'switchboard.yaml');
  writeFileSync(file, `accounts: []\ncache: { path: ${path} }\n`);
  chmodSync(folder, 0o755);
  const { stdout } = spawnSync(process.execPath, [COMMAND, 'check-config', ...args, file], {
    ...ORDINARY_USER,
    encoding: 'utf8',
  });
  return stdout.split('\n').find((line) => !line.includes('warning')) ?? '';
}

test('names a folder or a file that the user may not write to, except on a machine without the secrets', () => {
  const writable = join(folder, 'writable');
  mkdirSync(writable);
  chmodSync(writable, 0o777);
  expect(checkAsOrdinaryUser('writable/cache.db')).toContain(': OK');
  writeFileSync(join(writable, 'cache.db'), '');
  chmodSync(join(writable, 'cache.db'), 0o400);
  expect(checkAsOrdinaryUser('writable/cache.db')).toContain(
    'cache.path: must name a file that this user may write to: writable/cache.db',
  );
  chmodSync(writable, 0o555);
  expect(checkAsOrdinaryUser('writable/cache.db')).toContain(
    'cache.path: must be in a folder that this user may write to: writable/cache.db',
  );
  expect(checkAsOrdinaryUser('writable/cache.db', '--no-interpolate')).toContain(': OK');
});

test('is reported with its line, beside other errors, and refused together with Redis', () => {
  expect(errorLines('cache:\n  path: /nowhere/cache.db\n  maxBytes: 1')).toEqual([
    'test.yaml:2:3: cache.path: must name a file in a folder that exists: /nowhere/cache.db',
    'test.yaml:3:3: cache.maxBytes: must be at least 1048576: 1',
  ]);
  expect(errorLines('cache: { path: /nowhere/cache.db, url: "redis://a" }')).toEqual([
    'test.yaml:1:10: cache.path: cannot be combined with cache.url: Redis keeps its entries while a gateway restarts',
  ]);
});

test('counts from the folder of the configuration', () => {
  const loaded = loadConfig({ text: 'cache: { path: cache.db }', file: join(folder, 'a.yaml'), env: {}, vendors: [] });
  expect(loaded).toMatchObject({ ok: true, config: { cache: { path: join(folder, 'cache.db') } } });
});
