import { chmodSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { finalEntry, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import { classifyDiskError } from './disk-errors.ts';
import { openDiskFile, replaceDiskFile } from './disk-file.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const MAX_BYTES = 16_777_216;
const newPath = setUpDiskFolder();
const KEYS = Array.from({ length: 300 }, (_, index) => `key ${index}`);

/** Writes a file with entries, and closes it. */
function writeFile(): string {
  const path = newPath();
  const { database } = openDiskFile(path, MAX_BYTES);
  database.write(
    KEYS.map((key) => ({ key, entry: finalEntry(key.repeat(100), NOW) })),
    NOW,
  );
  database.close();
  return path;
}

/** Opens the file, writes an entry and reads all; returns where a damaged file went, and what is found. */
function use(path: string) {
  const { database, movedTo } = openDiskFile(path, MAX_BYTES);
  const found = database.read(KEYS, Infinity).entries.map((entry) => entry?.value);
  database.write([{ key: 'new', entry: finalEntry('new', NOW) }], NOW);
  const added = database.read(['new'], Infinity).entries[0]?.value;
  database.close();
  return { movedTo, found, added };
}

test('opens a file that is in order', () => {
  const path = writeFile();
  expect(use(path)).toEqual({ movedTo: null, found: KEYS.map((key) => key.repeat(100)), added: 'new' });
});

test('keeps the file and those beside it from other users, whatever the umask and the earlier mode', () => {
  const path = writeFile();
  const modes = () => readdirSync(dirname(path)).map((name) => statSync(`${dirname(path)}/${name}`).mode & 0o777);
  chmodSync(path, 0o644);
  const { database } = openDiskFile(path, MAX_BYTES);
  database.write([{ key: 'a', entry: finalEntry(1, NOW) }], NOW);
  expect(modes()).toEqual([0o600, 0o600, 0o600]);
  database.close();
});

test.each([
  [
    'random bytes',
    (path: string) => {
      writeFileSync(path, Buffer.from(Array.from({ length: 9000 }, (_, index) => (index * 7919) % 251)));
    },
  ],
  [
    'a damaged page of the schema',
    (path: string) => {
      const bytes = readFileSync(path);
      bytes.fill(0xff, 100, 4096);
      writeFileSync(path, bytes);
    },
  ],
  [
    'half of it',
    (path: string) => {
      truncateSync(path, Math.floor(statSync(path).size / 2));
    },
  ],
] as const)('moves a file of %s aside and creates a new one', (_, damage) => {
  const path = writeFile();
  damage(path);
  expect(use(path)).toEqual({ movedTo: `${path}.damaged`, found: KEYS.map(() => undefined), added: 'new' });
  expect(existsSync(`${path}.damaged`)).toBe(true);
  const database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual(expect.objectContaining({ integrity_check: 'ok' }));
  database.close();
  expect(use(path)).toMatchObject({ movedTo: null, added: 'new' });
});

test('leaves the database of another program alone', () => {
  const path = newPath();
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE orders (id)');
  other.close();
  const before = readFileSync(path);
  expect(() => openDiskFile(path, MAX_BYTES)).toThrow('another program');
  expect(readFileSync(path)).toEqual(before);
});

test('does not replace a file that another process has replaced already', () => {
  const path = writeFile();
  const { database, inode } = openDiskFile(path, MAX_BYTES);
  database.close();
  const first = replaceDiskFile(path, MAX_BYTES, inode);
  first.database.write([{ key: 'a', entry: finalEntry(1, NOW) }], NOW);
  const second = replaceDiskFile(path, MAX_BYTES, inode);
  expect([first.movedTo, second.movedTo]).toEqual([`${path}.damaged`, null]);
  expect(second.database.read(['a'], Infinity).entries[0]?.value).toBe(1);
  for (const { database: each } of [first, second]) each.close();
});

test('returns right values or misses from a file with any damage', () => {
  const path = writeFile();
  const intact = readFileSync(path);
  const damageArbitrary = fc.record({
    at: fc.nat(intact.length - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 5000 }),
  });
  fc.assert(
    fc.property(fc.array(damageArbitrary, { minLength: 1, maxLength: 5 }), (damages) => {
      const damaged = newPath();
      const content = Buffer.from(intact);
      for (const { at, bytes } of damages) content.set(bytes.slice(0, content.length - at), at);
      writeFileSync(damaged, content);
      let found: readonly unknown[] = [];
      try {
        found = use(damaged).found;
      } catch (error) {
        expect(['damaged', 'foreign']).toContain(classifyDiskError(error));
      }
      for (const [index, value] of found.entries()) expect([KEYS[index]?.repeat(100), undefined]).toContain(value);
    }),
    { numRuns: 100 },
  );
});
